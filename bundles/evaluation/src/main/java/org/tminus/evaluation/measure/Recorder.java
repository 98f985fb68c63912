/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/**
 * A policy in the platform that remembers all its conversations. For policies that read probabilities of exits and nothing else
 * between layers, as the learned ones. Safe for several threads.
 */
public final class Recorder implements Policy {
    private final Policy policy;
    private final List<Conversation> conversations = Collections.synchronizedList(new ArrayList<>());

    /** @param policy which decides */
    public Recorder(Policy policy) {
        this.policy = policy;
    }

    /** What was said so far; complete once the requests are answered. */
    public List<Conversation> conversations() {
        synchronized (conversations) {
            return List.copyOf(conversations);
        }
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return policy.flopsPerRow(model);
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        PolicyRun run = policy.begin(context);
        Conversation conversation = Conversation.begin(context);
        conversations.add(conversation);
        return new Heard(run, conversation);
    }

    private record Heard(PolicyRun run, Conversation conversation) implements PolicyRun {
        @Override
        public List<Decision> first() throws TminusException {
            return run.first();
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) throws TminusException {
            return conversation.hear(run, checkpoint);
        }

        @Override
        public void close() {
            run.close();
        }
    }
}
