/// The JSON form of jobs, as the API promises it.
extension JSONWriter {
    package mutating func job(_ job: JobReport) {
        beginObject()
        key("id")
        string(job.id)
        key("name")
        string(job.name)
        key("state")
        string(job.state.rawValue)
        key("error")
        optional(job.error)
        key("startedAt")
        integer(job.startedAt)
        key("rowsIn")
        integer(job.rowsIn)
        key("rowsPerSecond")
        double(job.rowsPerSecond)
        key("rowsOut")
        integer(job.rowsOut)
        key("rejected")
        integer(job.rejected)
        key("lateRows")
        integer(job.lateRows)
        key("asOf")
        optional(job.asOf)
        key("lastEpoch")
        if let epoch = job.lastEpoch { self.epoch(epoch) } else { null() }
        key("sources")
        beginArray()
        for source in job.sources { self.source(source) }
        endArray()
        key("operators")
        beginArray()
        for step in job.operators { self.step(step) }
        endArray()
        endObject()
    }

    private mutating func epoch(_ epoch: JobReport.Epoch) {
        beginObject()
        key("number")
        integer(epoch.number)
        key("at")
        integer(epoch.at)
        key("durationMs")
        integer(epoch.durationMilliseconds)
        key("bytes")
        integer(epoch.bytes)
        endObject()
    }

    private mutating func source(_ source: SourceReport) {
        beginObject()
        key("name")
        string(source.name)
        key("files")
        integer(source.files)
        key("lagBytes")
        integer(source.lagBytes)
        key("lagRows")
        optional(source.lagRows)
        key("rowsIn")
        integer(source.rowsIn)
        key("rejected")
        integer(source.rejected)
        key("lastRecordAt")
        optional(source.lastRecordAt)
        key("samples")
        beginArray()
        for sample in source.samples {
            beginObject()
            key("file")
            string(sample.file)
            key("offset")
            integer(sample.offset)
            key("reason")
            string(sample.reason)
            key("text")
            string(sample.text)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func step(_ step: OperatorReport) {
        beginObject()
        key("name")
        string(step.name)
        key("rowsIn")
        integer(step.rowsIn)
        key("rowsOut")
        integer(step.rowsOut)
        key("stateRows")
        integer(step.stateRows)
        endObject()
    }
}
