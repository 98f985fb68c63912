/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

/**
 * Stops at the second exit whose confidence is above a half; rows that the predictor calls easy take the cheapest path
 * from the start.
 */
@Component(property = Policy.NAME + "=v1-patient")
public final class PatientPolicy implements Policy {
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return model.layers().size();
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        Object patience = context.parameters().getOrDefault("patience", 2);
        if (!(patience instanceof Number number) || number.intValue() < 1) {
            throw new InvalidRequestException("patience is a number from 1 on, got " + patience + ".", "Set it so.");
        }
        return new Run(context, ((Number) patience).intValue());
    }

    private static final class Run implements PolicyRun {
        private final PolicyContext context;
        private final int patience;
        private final int[] seen;

        Run(PolicyContext context, int patience) {
            this.context = context;
            this.patience = patience;
            this.seen = new int[context.rows()];
        }

        @Override
        public List<Decision> first() throws TminusException {
            List<Path> allowed = context.allowedPaths();
            Path deepest = allowed.get(allowed.size() - 1);
            List<LayerId> checkpoints = context.model().exits().stream()
                    .map(Exit::after)
                    .flatMap(Optional::stream)
                    .filter(layer -> deepest.layers().contains(layer))
                    .toList();
            Decision deep = Decision.run(deepest).withCheckpoints(checkpoints);
            Optional<List<Complexity>> complexities = context.complexities();
            if (complexities.isEmpty()) {
                return Collections.nCopies(context.rows(), deep);
            }
            Decision shallow = Decision.run(allowed.get(0));
            List<Decision> decisions = new ArrayList<>();
            for (Complexity complexity : complexities.get()) {
                decisions.add(complexity.classAt(0.9) == 0 && complexity.entropy() < 1 ? shallow : deep);
            }
            return decisions;
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) throws TminusException {
            List<Decision> decisions = new ArrayList<>();
            for (int row = 0; row < checkpoint.rows(); row++) {
                boolean sure = checkpoint.exit().isPresent() && checkpoint.confidence(row) > 0.5f;
                int batchRow = checkpoint.batchRow(row);
                seen[batchRow] += sure ? 1 : 0;
                decisions.add(
                        seen[batchRow] >= patience
                                ? Decision.stop(checkpoint.exit().orElseThrow())
                                : Decision.goOn());
            }
            return decisions;
        }

        @Override
        public void close() {
            seen[0] = 0;
        }
    }
}
