"""Which target may import which module. The order of the table is the way of a record; imports point upwards in it."""

import re

from .problem import Problem

# Modules of the language, its runtime and the system.
SYSTEM = {"Swift", "Glibc", "Synchronization", "Builtin", "_Concurrency"}

# Vendor modules, each with the targets that may see it. NIO stays where sockets are.
VENDOR = {
    "ArgumentParser": {"Main"},
    "Dispatch": {"Serving", "Server"},
    "GRDB": {"Serving", "Rules", "Push"},
    "HTTPTypes": {"Serving", "Server"},
    "Hummingbird": {"Serving", "Server"},
    "HummingbirdCore": {"Serving", "Server"},
    "HummingbirdTesting": set(),
    "Logging": {"Serving", "Server"},
    "Metrics": set(),
    "ServiceLifecycle": {"Serving", "Server"},
    "UnixSignals": {"Server"},
    "Yams": {"Serving", "Server"},
    "NIO": {"Broker", "Collect", "Serving", "Server"},
    "NIOCore": {"KafkaProtocol", "Broker", "Collect", "Serving", "Server"},
    "NIOPosix": {"Broker", "Collect", "Serving", "Server"},
    "NIOHTTP1": {"Broker", "Collect", "Serving", "Server"},
    "NIOSSL": {"Broker"},
    "NIOConcurrencyHelpers": {"Broker", "Collect", "Serving", "Server"},
    "NIOFoundationCompat": set(),
}

# C modules, each with the one Swift target that wraps it; CPlatform is the exception and stands in the table below.
SHIMS = {
    "CDecimals": "Engine",
    "CSimdjson": "Formats",
    "CRegex": "RegularExpressions",
    "CCompression": "Compression",
    "CRdKafka": "Connectors",
    "CMariaDB": "Connectors",
    "CPostgres": "Connectors",
    "CHiredis": "Connectors",
    "CWebAssets": "Server",
}

# Targets of the package and what they may import of each other, besides themselves. Every one may use Diagnostics.
TARGETS = {
    "Diagnostics": {"CPlatform"},
    "Digests": set(),
    "Compression": set(),
    "Columnar": {"CPlatform"},
    "RegularExpressions": set(),
    "KafkaProtocol": {"Digests", "Compression", "CPlatform"},
    "CommitLog": {"KafkaProtocol", "CPlatform"},
    "Broker": {"KafkaProtocol", "CommitLog", "Digests"},
    "Formats": {"Columnar", "Digests", "Compression", "RegularExpressions"},
    "ConnectorContract": {"Columnar"},
    "Connectors": {"ConnectorContract", "Columnar", "Formats", "CommitLog", "KafkaProtocol", "CPlatform"},
    "Collect": {"ConnectorContract", "Columnar", "Formats", "CPlatform"},
    "TableFunctions": {"ConnectorContract", "Columnar"},
    "StreamSQL": {"ConnectorContract", "Columnar", "RegularExpressions"},
    "Engine": {"StreamSQL", "Columnar", "ConnectorContract", "Digests", "RegularExpressions", "CPlatform"},
    "Checkpoints": {"ConnectorContract", "CPlatform"},
    "Tables": {"Columnar", "ConnectorContract"},
    "Rules": {"Columnar", "ConnectorContract"},
    "Push": {"Columnar", "ConnectorContract"},
    "Workloads": set(),
    "Serving": {"Tables", "StreamSQL", "Columnar", "ConnectorContract", "Digests", "Rules", "Push"},
    "Flink": {"StreamSQL"},
    "Scripts": {
        "Engine", "Tables", "TableFunctions", "Connectors", "CommitLog", "Formats", "StreamSQL", "Columnar",
        "ConnectorContract",
        "CPlatform",
    },
    "Server": {
        "Scripts", "Serving", "Engine", "Checkpoints", "Tables", "Connectors", "Formats", "StreamSQL", "Columnar",
        "ConnectorContract", "Workloads", "Broker", "CommitLog", "KafkaProtocol", "Collect", "Rules", "Push", "Flink", "CPlatform",
    },
    "Main": {"Server", "Scripts"},
    "TestSupport": {"Columnar", "ConnectorContract"},
}  # fmt: skip

IMPORT = re.compile(
    r"^[ \t]*(?:@[\w().]+[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
    r"import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?(\w+)",
    re.MULTILINE,
)


def check_imports(path, code):
    """Problems of the imports of one Swift file below Sources; `code` is its blanked text."""
    target = path.split("/")[1]
    for match in IMPORT.finditer(code):
        reason = refusal(target, match.group(1))
        if reason:
            yield Problem(path, code.count("\n", 0, match.start(1)) + 1, reason)


def refusal(target, module):
    """Why `target` may not import `module`; None where it may."""
    if target not in TARGETS:
        return f"target {target} is not in the import table (dev/source_rules/imports.py)"
    if module in SYSTEM or module in (target, "Diagnostics"):
        return None
    if module.startswith("Foundation"):
        return f"{module} is not used in Sources: it makes the binary large and its start slow"
    if module == "TestSupport":
        return "TestSupport is for tests: no shipped target may import it"
    if module in SHIMS:
        owner = SHIMS[module]
        return None if target == owner else f"{module} may only be imported by {owner}, not by {target}"
    if module in VENDOR:
        allowed = VENDOR[module]
        names = ", ".join(sorted(allowed)) or "no target of Sources"
        return None if target in allowed else f"{module} may only be imported by {names}, not by {target}"
    if module in TARGETS[target]:
        return None
    if module in TARGETS or module == "CPlatform":
        allowed = ", ".join(sorted(TARGETS[target])) or "nothing"
        return f"{target} may not import {module} (allowed besides Diagnostics: {allowed})"
    return f"{module} is not in the import table (dev/source_rules/imports.py)"
