/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.configuration.EffectiveSettings;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.Pipeline;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.rollout.Rollout;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/**
 * Which services answer for one model under one pipeline. Immutable, apart from the count by which it becomes trusted: a
 * new route begins untrusted, so that each swap is tried on worker threads first.
 */
public final class Route {
    private static final int TRUSTED = 64;

    private final Pipeline pipeline;
    private final ServiceEntry<AdaptiveModel> model;
    private final EffectiveSettings settings;
    private final @Nullable OperatingPoint operatingPoint;
    private final List<SessionSlot> candidates;
    private final Choice policy;
    private final List<ServiceEntry<ComplexityPredictor>> predictors;
    private final @Nullable Rollout rollout;
    private final AtomicInteger answered = new AtomicInteger();

    /**
     * @param entry null if none is in force
     * @param reason why none is
     */
    public record Choice(@Nullable ServiceEntry<Policy> entry, String reason) {}

    Route(
            Pipeline pipeline,
            ServiceEntry<AdaptiveModel> model,
            EffectiveSettings settings,
            @Nullable OperatingPoint operatingPoint,
            List<SessionSlot> candidates,
            Choice policy,
            List<ServiceEntry<ComplexityPredictor>> predictors,
            @Nullable Rollout rollout) {
        this.pipeline = pipeline;
        this.model = model;
        this.settings = settings;
        this.operatingPoint = operatingPoint;
        this.candidates = candidates;
        this.policy = policy;
        this.predictors = predictors;
        this.rollout = rollout;
    }

    /** What is tried on requests for this model; null if nothing is. */
    @Nullable
    Rollout rollout() {
        return rollout;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    ServiceEntry<AdaptiveModel> model() {
        return model;
    }

    public EffectiveSettings settings() {
        return settings;
    }

    @Nullable
    OperatingPoint operatingPoint() {
        return operatingPoint;
    }

    /** Sessions on the backends that may answer, in the order of choice. */
    public List<SessionSlot> candidates() {
        return candidates;
    }

    public Choice policy() {
        return policy;
    }

    /** In the order of choice; the first that supports the model judges. */
    public List<ServiceEntry<ComplexityPredictor>> predictors() {
        return predictors;
    }

    /**
     * The open session to use: the first whose backend is not in quarantine, or else the first that is open at all.
     *
     * @return null if none is open
     */
    @Nullable
    SessionSlot ready(Set<Leasable> excluded, long now) {
        SessionSlot lastResort = null;
        for (SessionSlot slot : candidates) {
            if (isUsable(slot, excluded)) {
                if (slot.backend().health().permits(now)) {
                    return slot;
                }
                if (lastResort == null) {
                    lastResort = slot;
                }
            }
        }
        return lastResort;
    }

    /** A backend in which too many calls hang already gets no more, not even as the last resort. */
    private static boolean isUsable(SessionSlot slot, Set<Leasable> excluded) {
        return slot.state() == SessionSlot.State.READY
                && !slot.isRetired()
                && !excluded.contains(slot)
                && !slot.backend().health().isExhausted();
    }

    /** Whether a session is open, without probing a quarantine. */
    public boolean hasReady(Set<Leasable> excluded) {
        for (SessionSlot slot : candidates) {
            if (isUsable(slot, excluded)) {
                return true;
            }
        }
        return false;
    }

    /** The first session that may still be opened; one that takes too long only if there is no other. */
    @Nullable
    SessionSlot opening(Set<Leasable> excluded) {
        SessionSlot overdue = null;
        for (SessionSlot slot : candidates) {
            if (slot.mayOpen() && !slot.isRetired() && !excluded.contains(slot)) {
                if (!slot.isOverdue()) {
                    return slot;
                }
                overdue = overdue == null ? slot : overdue;
            }
        }
        return overdue;
    }

    /** Whether a session may be opened that has not failed yet. */
    boolean hasUntried() {
        for (SessionSlot slot : candidates) {
            if (slot.failure() == null && slot.mayOpen() && !slot.isRetired()) {
                return true;
            }
        }
        return false;
    }

    boolean isTrusted() {
        return answered.get() >= TRUSTED;
    }

    void answered(boolean withoutFallback) {
        if (!withoutFallback) {
            answered.set(0);
        } else if (answered.get() < TRUSTED) {
            answered.incrementAndGet();
        }
    }
}
