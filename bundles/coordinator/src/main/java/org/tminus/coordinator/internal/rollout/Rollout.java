/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.inference.RolloutState;

/**
 * One trial: what is drawn for it, what was counted, and what follows from that. Requests report and go on; whoever comes
 * first works off what others have reported meanwhile, so that the tests see one outcome after the other and nobody waits.
 * Thread-safe.
 */
public final class Rollout {
    /** How far a rollout is. */
    public enum Phase {
        RUNNING("running"),
        ROLLED_BACK("rolled back"),
        PROMOTED("promoted");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Takes what follows from the outcomes; on the thread of a request, which must not be held up. */
    interface Verdicts {
        /** Nothing goes to the candidate any more since a moment ago. */
        void rolledBack(Rollout rollout);

        /** The candidate has done well for long enough; told again only after {@link Rollout#notPromoted}. */
        void passed(Rollout rollout);
    }

    private enum Outcome {
        ANSWERED,
        FAILED,
        AGREED,
        DISAGREED
    }

    private static final long SEED = 0x0c4a_a7e1_5b0e_93d7L;
    /** The probability that a candidate within its limits is rolled back for errors, and again for its answers. */
    private static final double DELTA = 0.05;

    private static final long NEVER = Long.MAX_VALUE;

    private final RolloutSettings settings;
    private final Verdicts verdicts;
    private final long seed;
    private final ArmCounts control = new ArmCounts();
    private final ArmCounts candidate = new ArmCounts();
    private final LongAdder compared = new LongAdder();
    private final LongAdder disagreed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final Queue<Outcome> reported = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean judging = new AtomicBoolean();
    private final @Nullable SequentialTest errors;
    private final @Nullable SequentialTest disagreements;
    private volatile Phase phase;
    private volatile String reason;
    /** How many requests of the candidate are enough to promote it. */
    private volatile long enough;
    /** Guarded by this. */
    private boolean beingPromoted;

    Rollout(RolloutSettings settings, Phase phase, String reason, Verdicts verdicts) {
        this.settings = settings;
        this.phase = phase;
        this.reason = reason;
        this.verdicts = verdicts;
        this.seed = SEED ^ (settings.name().hashCode() * 0x9e37_79b9_7f4a_7c15L);
        Double maxErrorRate = settings.maxErrorRate();
        Long promoteAfter = settings.promoteAfter();
        this.enough = promoteAfter == null ? NEVER : Math.max(promoteAfter, settings.minimumRequests());
        this.errors = maxErrorRate == null ? null : new SequentialTest(maxErrorRate, DELTA);
        Double minAgreement = settings.minAgreement();
        this.disagreements = minAgreement == null ? null : new SequentialTest(1 - minAgreement, DELTA);
    }

    public RolloutSettings settings() {
        return settings;
    }

    public boolean isRunning() {
        return phase == Phase.RUNNING;
    }

    Phase phase() {
        return phase;
    }

    String reason() {
        return reason;
    }

    /** Whether a request is drawn: by its number alone. */
    public boolean isDrawn(long requestId) {
        return Draw.isDrawn(seed, requestId, 0, settings.share());
    }

    /** Whether drawn requests run twice, so that answers can be compared. */
    public boolean comparesAnswers() {
        return !settings.isCanary() || settings.minAgreement() != null;
    }

    /**
     * A request of one side is over.
     *
     * @param error whether it failed, or needed a fall-back because of what is tried
     * @param nanos the time at work on it; negative if it was not answered
     */
    public void answered(boolean byCandidate, boolean error, long nanos) {
        if (!isRunning()) {
            return;
        }
        (byCandidate ? candidate : control).add(error, nanos);
        if (byCandidate) {
            report(error ? Outcome.FAILED : Outcome.ANSWERED);
        }
    }

    /** Both answers for one row are there. */
    public void compared(boolean agrees) {
        if (!isRunning()) {
            return;
        }
        compared.increment();
        if (!agrees) {
            disagreed.increment();
        }
        report(agrees ? Outcome.AGREED : Outcome.DISAGREED);
    }

    /** A drawn request could not be repeated. */
    public void dropped() {
        dropped.increment();
    }

    /** A drawn request found no candidate. */
    public void unavailable() {
        unavailable.increment();
    }

    private void report(Outcome outcome) {
        reported.add(outcome);
        // Looked at again after each turn: somebody may have reported just before the turn ended, and gone on.
        while (!reported.isEmpty() && judging.compareAndSet(false, true)) {
            try {
                for (Outcome next = reported.poll(); next != null; next = reported.poll()) {
                    judge(next);
                }
            } finally {
                judging.set(false);
            }
        }
    }

    private void judge(Outcome outcome) {
        if (!isRunning()) {
            return;
        }
        switch (outcome) {
            case ANSWERED -> watchErrors(true);
            case FAILED -> watchErrors(false);
            case AGREED -> watchAnswers(true);
            case DISAGREED -> watchAnswers(false);
        }
        if (isRunning() && isGoodForLongEnough()) {
            enough = NEVER;
            verdicts.passed(this);
        }
    }

    private void watchErrors(boolean good) {
        if (errors != null && errors.observe(good)) {
            SequentialTest.State seen = errors.state();
            rollBack(seen.disagreed() + " of " + seen.observed()
                    + " requests failed or needed a fall-back, where a share of " + seen.limit() + " is allowed.");
            return;
        }
        Double most = settings.maxLatencyRatio();
        if (most != null && isEnoughForLatency()) {
            double ratio = candidate.p95Nanos() / control.p95Nanos();
            if (ratio > most) {
                rollBack(String.format(
                        Locale.ROOT,
                        "The candidate's 95th percentile of latency is %.2f times that of what is in force, where %s is"
                                + " allowed.",
                        ratio,
                        most));
            }
        }
    }

    private void watchAnswers(boolean same) {
        if (disagreements != null && disagreements.observe(same)) {
            SequentialTest.State seen = disagreements.state();
            rollBack(seen.disagreed() + " of " + seen.observed()
                    + " answers differed from those of what is in force, where a share of " + seen.limit()
                    + " is allowed.");
        }
    }

    private boolean isEnoughForLatency() {
        return candidate.requests() >= settings.minimumRequests() && control.requests() >= settings.minimumRequests();
    }

    /** What is watched must have been seen often enough, too. */
    private boolean isGoodForLongEnough() {
        return candidate.requests() >= enough
                && (settings.maxLatencyRatio() == null || isEnoughForLatency())
                && (disagreements == null || compared.sum() >= settings.minimumRequests());
    }

    private void rollBack(String why) {
        if (enter(Phase.ROLLED_BACK, why)) {
            verdicts.rolledBack(this);
        }
    }

    /** Ends the trial. @return false if it was over already, or is being promoted */
    synchronized boolean enter(Phase next, String why) {
        if (phase != Phase.RUNNING || beingPromoted) {
            return false;
        }
        reason = why;
        phase = next;
        return true;
    }

    /**
     * The promotion is about to be written. Until it is, the trial goes on, but nothing else ends it: what is rolled back
     * must not be in force.
     *
     * @return false if it was over already, or is being promoted
     */
    synchronized boolean beginPromotion() {
        if (phase != Phase.RUNNING || beingPromoted) {
            return false;
        }
        beingPromoted = true;
        return true;
    }

    /** The promotion was not written. Should there be a reason to roll back meanwhile, the next outcome shows it again. */
    synchronized void giveUpPromotion() {
        beingPromoted = false;
    }

    /** The promotion is written. */
    synchronized void promoted(String why) {
        reason = why;
        phase = Phase.PROMOTED;
    }

    /** What keeps an operator from ending it. */
    synchronized String standing() {
        return isRunning() ? "being promoted." : "not running: " + phase.text() + ". " + reason;
    }

    /** It has passed, but goes on: it passes again when it has run for as long once more, so that the tries get rarer. */
    synchronized void notPromoted(String why) {
        if (isRunning()) {
            long next = 2 * candidate.requests();
            reason = "It has passed, but could not be promoted: " + why + " This is tried again after " + next
                    + " requests of the candidate.";
            enough = next;
        }
    }

    /** @param remark what else is to be said; empty if nothing */
    RolloutState snapshot(String remark) {
        return new RolloutSnapshot(
                settings.name(),
                settings.kind(),
                settings.candidate(),
                settings.model() == null ? "" : settings.model(),
                settings.mode(),
                settings.share(),
                phase.text(),
                remark.isEmpty() ? reason : remark,
                control.snapshot(),
                candidate.snapshot(),
                compared.sum(),
                disagreed.sum(),
                dropped.sum(),
                unavailable.sum());
    }

    @Override
    public String toString() {
        return "rollout '" + settings.name() + "'";
    }
}
