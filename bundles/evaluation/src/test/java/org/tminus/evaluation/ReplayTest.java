/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.measure.Conversation;
import org.tminus.evaluation.measure.Platform;
import org.tminus.evaluation.measure.Recorder;
import org.tminus.evaluation.method.Subject;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.tensor.HostTensor;

/** What is timed without the layers are the very decisions that were made between them. */
class ReplayTest {
    private static final Path FASHION = Path.of("../../models/fashion-vit.tminus");
    private static final int ROWS = 64;

    @Test
    void aPolicyDecidesWithoutLayersAsItDidBetweenThem() throws Exception {
        Noting noting = new Noting(new ClosedLoopPolicy());
        try (Subject subject = Subject.open(FASHION)) {
            Conversation conversation = record(subject, noting);
            List<String> served = List.copyOf(noting.decisions);
            Set<String> kinds = new HashSet<>();
            for (List<Decision> decisions : conversation.replay(noting)) {
                decisions.forEach(decision -> kinds.add(decision.kind()));
            }

            assertThat(conversation.rows()).isEqualTo(ROWS);
            assertThat(kinds).contains("run", "go-on", "stop");
            assertThat(noting.decisions.subList(served.size(), noting.decisions.size()))
                    .isEqualTo(served);
        }
    }

    @Test
    void whatNobodyLookedAtIsNotMadeUp() throws Exception {
        Policy blind = new Noting(new ClosedLoopPolicy()) {
            @Override
            List<Decision> next(PolicyRun run, Checkpoint checkpoint) {
                return Collections.nCopies(checkpoint.rows(), Decision.goOn());
            }
        };
        try (Subject subject = Subject.open(FASHION)) {
            Conversation conversation = record(subject, blind);

            assertThat(conversation.replay(blind)).hasSizeGreaterThan(2);
            assertThatThrownBy(() -> conversation.replay(new ClosedLoopPolicy()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("did not read the exit");
        }
    }

    private static Conversation record(Subject subject, Policy policy) throws EvaluationException {
        Map<String, HostTensor> batch =
                new Images(ROWS, 1).inputs(IntStream.range(0, ROWS).toArray());
        try (Platform platform = new Platform(OnnxRuntimes.standalone(), subject.model())) {
            Recorder recorder = new Recorder(policy);
            platform.addPolicy("lstm-ppo-closed", recorder);
            platform.serve("lstm-ppo-closed", "lstm-ppo-closed-balanced", batch);
            assertThat(recorder.conversations()).hasSize(1);
            return recorder.conversations().get(0);
        } finally {
            batch.values().forEach(HostTensor::close);
        }
    }

    /** Writes down what a policy decides. */
    private static class Noting implements Policy {
        final List<String> decisions = new ArrayList<>();
        private final Policy policy;

        Noting(Policy policy) {
            this.policy = policy;
        }

        List<Decision> next(PolicyRun run, Checkpoint checkpoint) throws TminusException {
            return run.next(checkpoint);
        }

        @Override
        public long flopsPerRow(AdaptiveModel model) {
            return policy.flopsPerRow(model);
        }

        @Override
        public PolicyRun begin(PolicyContext context) throws TminusException {
            PolicyRun run = policy.begin(context);
            return new PolicyRun() {
                @Override
                public List<Decision> first() throws TminusException {
                    return noted("first", run.first());
                }

                @Override
                public List<Decision> next(Checkpoint checkpoint) throws TminusException {
                    return noted(checkpoint.layer().value(), Noting.this.next(run, checkpoint));
                }

                @Override
                public void close() {
                    run.close();
                }
            };
        }

        private List<Decision> noted(String where, List<Decision> made) {
            decisions.add(where + ": " + made);
            return made;
        }
    }
}
