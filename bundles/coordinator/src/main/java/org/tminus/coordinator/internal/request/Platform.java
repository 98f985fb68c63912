/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.session.Sessions;
import org.tminus.coordinator.internal.status.Counters;

/**
 * What all requests share.
 *
 * @param certificates which certificates hold
 * @param shadows draws what is compared with full depth
 * @param comparisons with full depth, that wait
 * @param repeats for rollouts, that wait
 * @param clock monotonic nanoseconds
 * @param active the executions at work, for the watchdog
 */
public record Platform(
        ServiceBoard board,
        Router router,
        Sessions sessions,
        Counters counters,
        CertificateBook certificates,
        ShadowRuns shadows,
        ShadowQueue comparisons,
        ShadowQueue repeats,
        JournalBook journal,
        LongSupplier clock,
        Set<Execution> active) {
    public Platform(
            ServiceBoard board,
            Router router,
            Sessions sessions,
            Counters counters,
            CertificateBook certificates,
            JournalBook journal,
            LongSupplier clock) {
        this(
                board,
                router,
                sessions,
                counters,
                certificates,
                new ShadowRuns(certificates, counters),
                new ShadowQueue(),
                new ShadowQueue(),
                journal,
                clock,
                ConcurrentHashMap.newKeySet());
    }
}
