/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/** A policy made of two functions; counts that each run is closed. */
final class FakePolicy implements Policy {
    /** Decides before the first layer. */
    interface First {
        List<Decision> decide(PolicyContext context) throws TminusException;
    }

    /** Decides at a checkpoint. */
    interface Next {
        List<Decision> decide(Checkpoint checkpoint) throws TminusException;
    }

    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    volatile First first;
    volatile Next next = checkpoint -> Collections.nCopies(checkpoint.rows(), Decision.goOn());

    FakePolicy(First first) {
        this.first = first;
    }

    /** Always the menu path of this depth. */
    static FakePolicy depth(int depth) {
        return new FakePolicy(context -> Collections.nCopies(context.rows(), Decision.run(TestModels.path(depth))));
    }

    static FakePolicy full() {
        return depth(TestModels.LAYERS);
    }

    /** Full depth, asking after these layers. */
    static FakePolicy asking(Next next, int... layers) {
        FakePolicy policy = new FakePolicy(context -> Collections.nCopies(
                context.rows(),
                Decision.run(context.model().fullDepth())
                        .withCheckpoints(java.util.Arrays.stream(layers)
                                .mapToObj(TestModels::layer)
                                .toList())));
        policy.next = next;
        return policy;
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 2;
    }

    @Override
    public PolicyRun begin(PolicyContext context) {
        begun.incrementAndGet();
        return new PolicyRun() {
            @Override
            public List<Decision> first() throws TminusException {
                return first.decide(context);
            }

            @Override
            public List<Decision> next(Checkpoint checkpoint) throws TminusException {
                return next.decide(checkpoint);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }
}
