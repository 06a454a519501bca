import Tables

/// The figures of jobs, tables and live feeds for `/metrics`.
enum Metrics {
    static func samples(jobs: [JobReport], tables: [ResultTable], feeds: LiveFeeds) -> [MetricSample] {
        jobs.flatMap(samples) + tables.flatMap(samples) + samples(feeds)
    }

    private static func samples(_ job: JobReport) -> [MetricSample] {
        let label = [(name: "job", value: job.name)]
        var samples = [
            MetricSample(
                "millrace_job_up", .gauge, "1 while the job runs.", labels: label, value: job.state == .running ? 1 : 0),
            MetricSample(
                "millrace_job_rows_in_total", .counter, "Rows read.", labels: label, value: Double(job.rowsIn)),
            MetricSample(
                "millrace_job_rows_out_total", .counter, "Rows written.", labels: label, value: Double(job.rowsOut)),
            MetricSample(
                "millrace_job_rejected_total", .counter, "Records that were no rows.", labels: label,
                value: Double(job.rejected)),
            MetricSample(
                "millrace_job_late_rows_total", .counter, "Rows behind the watermark.", labels: label,
                value: Double(job.lateRows)),
            MetricSample(
                "millrace_job_refused_rows_total", .counter, "Rows that the columns of their table do not allow.",
                labels: label, value: Double(job.refusedRows)),
            MetricSample(
                "millrace_job_rows_per_second", .gauge, "Rows read per second.", labels: label, value: job.rowsPerSecond
            ),
        ]
        if let epoch = job.lastEpoch {
            samples.append(
                MetricSample(
                    "millrace_job_epoch", .gauge, "Newest durable epoch.", labels: label, value: Double(epoch.number)))
            samples.append(
                MetricSample(
                    "millrace_job_epoch_duration_milliseconds", .gauge, "Time the newest epoch took.", labels: label,
                    value: Double(epoch.durationMilliseconds)))
            samples.append(
                MetricSample(
                    "millrace_job_epoch_bytes", .gauge, "Bytes of the newest epoch.", labels: label,
                    value: Double(epoch.bytes)))
        }
        for source in job.sources {
            samples.append(
                MetricSample(
                    "millrace_source_lag_bytes", .gauge, "Bytes there to read and not read.",
                    labels: label + [(name: "source", value: source.name)], value: Double(source.lagBytes)))
        }
        return samples
    }

    private static func samples(_ table: ResultTable) -> [MetricSample] {
        let label = [(name: "table", value: table.name)]
        return [
            MetricSample(
                "millrace_table_rows", .gauge, "Rows of the result table.", labels: label, value: Double(table.rowCount)
            ),
            MetricSample(
                "millrace_table_bytes", .gauge, "Bytes of its rows.", labels: label, value: Double(table.byteCount)),
        ]
    }

    private static func samples(_ feeds: LiveFeeds) -> [MetricSample] {
        feeds.feeds.flatMap { feed in
            let label = [(name: "dashboard", value: feed.dashboard.id)]
            return [
                MetricSample(
                    "millrace_feed_clients", .gauge, "Open live streams.", labels: label,
                    value: Double(feed.clientCount)),
                MetricSample(
                    "millrace_feed_evaluations_total", .counter, "Panel queries run.", labels: label,
                    value: Double(feed.evaluations)),
            ]
        } + [
            MetricSample(
                "millrace_feed_dropped_clients_total", .counter, "Streams cut off because nobody read them.",
                value: Double(feeds.context.droppedClients))
        ]
    }
}
