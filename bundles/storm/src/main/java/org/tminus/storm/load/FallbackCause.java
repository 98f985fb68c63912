/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Why a fall-back was needed, read from the sentence that the platform puts into the trace. Sentences that no rule knows count as
 * {@link #UNEXPLAINED}, so that a new one is seen and not passed over.
 */
public enum FallbackCause {
    /** A plugin of the storm did something wrong. */
    FAULT,
    /** What was asked for is not there at this moment. */
    AWAY,
    /** A call was ended because its plugin went. */
    GOING_AWAY,
    /** A plugin is left aside for what it did before. */
    QUARANTINE,
    /** Rows ran again at full depth after NaN. */
    RETRY,
    /** Says once more what another sentence says, or says something else about the answer. */
    REMARK,
    /** A plugin failed that nobody had told to. */
    UNEXPLAINED;

    private static final Pattern AWAY_RULE = Pattern.compile(
            "(Policy '[^']*' is not there|No policy is installed|No policy matches the filter).*"
                    + "|Policy '[^']*' failed: .*, and no predictor in force supports the model\\..*",
            Pattern.DOTALL);
    private static final Pattern GOING_RULE =
            Pattern.compile(".*(is going away|went away and did not answer).*", Pattern.DOTALL);
    private static final Pattern QUARANTINE_RULE =
            Pattern.compile("(Policy|Predictor) '[^']*' is in quarantine.*", Pattern.DOTALL);
    private static final Pattern RETRY_RULE =
            Pattern.compile("Path .* gave NaN or infinity; the row ran again at full depth\\.", Pattern.DOTALL);
    /** A policy that passes on what its predictor did, and the attempt after one that was given up. */
    private static final Pattern ECHO_RULE = Pattern.compile(
            "Policy '[^']*' failed: .*Predictor '.*|(Policy|Predictor) '[^']*' did not answer\\..*", Pattern.DOTALL);

    private static final Pattern REMARK_RULE = Pattern.compile(
            "(A certificate is required|The certificate|The operating point|Operating point|No certificate).*",
            Pattern.DOTALL);
    private static final Pattern OWN_RULE = Pattern.compile(
            "((Policy|Predictor|Backend) 'storm-|An attempt was given up: .*'storm-).*", Pattern.DOTALL);

    /** The causes behind a request's sentences; each sentence counts once, on however many rows it stands. */
    static List<FallbackCause> of(Set<String> sentences) {
        return sentences.stream().map(FallbackCause::of).toList();
    }

    static FallbackCause of(String sentence) {
        if (AWAY_RULE.matcher(sentence).matches()) {
            return AWAY;
        }
        if (QUARANTINE_RULE.matcher(sentence).matches()) {
            return QUARANTINE;
        }
        if (RETRY_RULE.matcher(sentence).matches()) {
            return RETRY;
        }
        if (ECHO_RULE.matcher(sentence).matches()
                || REMARK_RULE.matcher(sentence).matches()) {
            return REMARK;
        }
        if (sentence.startsWith("An attempt was given up: ")) {
            return OWN_RULE.matcher(sentence).matches() ? FAULT : UNEXPLAINED;
        }
        if (GOING_RULE.matcher(sentence).matches()) {
            return GOING_AWAY;
        }
        // A class that a plugin cannot find is no fault that it was told to commit.
        return OWN_RULE.matcher(sentence).matches() && !sentence.contains("NoClassDefFoundError") ? FAULT : UNEXPLAINED;
    }
}
