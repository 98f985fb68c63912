/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.status;

/** What is counted since the coordinator started. */
public enum Counter {
    REQUESTS("requests"),
    ROWS("rows"),
    FAILED("failed"),
    CANCELLED("cancelled"),
    REJECTED("rejected"),
    DEADLINES_EXCEEDED("deadlinesExceeded"),
    FALLBACKS("fallbacks"),
    FALLBACKS_POLICY("fallbacks.policy"),
    FALLBACKS_PREDICTOR("fallbacks.predictor"),
    FALLBACKS_BACKEND("fallbacks.backend"),
    RETRIES("retries"),
    BUDGET_MISSED("budgetMissed"),
    QUARANTINES("quarantines"),
    SWAPS("swaps"),
    DRAINED("drained"),
    DRAINED_AFTER_CANCEL("drainedAfterCancel"),
    ABANDONED("abandoned"),
    LATE_RESULTS("lateResults"),
    SESSIONS_OPENED("sessionsOpened"),
    SESSIONS_CLOSED("sessionsClosed"),
    SESSIONS_FAILED("sessionsFailed"),
    PATHS_PREPARED("pathsPrepared"),
    PREPARATIONS_FAILED("preparationsFailed"),
    HANDED_OVER("handedOver"),
    JOINED_BATCHES("joinedBatches"),
    JOINED_REQUESTS("joinedRequests"),
    JOINED_ROWS("joinedRows"),
    JOINED_FAILURES("joinedFailures"),
    FLOPS("flops"),
    FULL_DEPTH_FLOPS("fullDepthFlops"),
    SHADOW_DRAWN("shadowDrawn"),
    SHADOW_DROPPED("shadowDropped"),
    SHADOW_RUN("shadowRun"),
    SHADOW_DISAGREED("shadowDisagreed"),
    CERTIFICATE_WITHDRAWALS("certificateWithdrawals");

    private final String key;

    Counter(String key) {
        this.key = key;
    }

    public String key() {
        return key;
    }
}
