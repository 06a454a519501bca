# Reads the output of one test stage and prints "PASSED FAILED", or "-" where the output names no test.

# Swift Testing: a line for each test, then one for the run.
/^[^ ]+ Test run with [0-9]+ test/ { next }
/^✔ Test .* passed after [0-9.]+ seconds/ { passed++; seen = 1 }
/^✘ Test .* failed after [0-9.]+ seconds/ { failed++; seen = 1 }

# A suite of the project: "3 passed, 1 failed". The last such line counts.
/^[0-9]+ passed, [0-9]+ failed$/ { total = 1; passedInAll = $1; failedInAll = $3 }

# pytest: "3 passed, 1 failed, 2 skipped in 1.20s", with or without a frame of "=", parts in any order.
/(passed|failed|errors?).* in [0-9.]+s/ && /^(=+ )?[0-9]+ / {
    total = 1
    passedInAll = failedInAll = 0
    for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) passedInAll = $(i - 1)
        if ($i ~ /^(failed|error)/) failedInAll += $(i - 1)
    }
}

END {
    if (total) print passedInAll + 0, failedInAll + 0
    else if (seen) print passed + 0, failed + 0
    else print "-"
}
