/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.random.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;
import org.tminus.policy.PolicyRun;

/**
 * A path drawn for each input, which looks at nothing: what any useful policy must beat at the same cost. Drawn with the
 * parameter {@code weights}, one per menu path; without it, so that the budget's FLOPs ratio is met in the mean; without
 * that, evenly. The same seed gives the same draws.
 */
@Component(property = Policy.NAME + "=" + RandomPolicy.NAME_VALUE)
public final class RandomPolicy implements Policy {
    static final String NAME_VALUE = "random";
    private static final String WEIGHTS = "weights";

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws InvalidRequestException {
        PolicyParameters parameters = PolicyParameters.ofPointInForce(context, NAME_VALUE);
        double[] weights = parameters.numbers(WEIGHTS, 0, 1e9).orElse(null);
        OptionalDouble ratio = context.budget().flopsRatio();
        if (weights != null) {
            return new Draws(context, new WeightedLottery(allowedWeights(context, weights, parameters)));
        }
        if (ratio.isPresent()) {
            return new Draws(context, new BudgetLottery(context, ratio.getAsDouble()));
        }
        double[] even = new double[context.allowedPaths().size()];
        Arrays.fill(even, 1);
        return new Draws(context, new WeightedLottery(even));
    }

    /** The weights of the allowed paths; where limits leave none with a weight, the cheapest path gets it all. */
    private static double[] allowedWeights(PolicyContext context, double[] weights, PolicyParameters parameters)
            throws InvalidRequestException {
        List<Path> menu = context.model().menu();
        if (weights.length != menu.size() || Arrays.stream(weights).sum() <= 0) {
            throw parameters.invalid(
                    WEIGHTS,
                    "must have one weight for each of the " + menu.size() + " menu paths, at least one above 0");
        }
        List<Path> allowed = context.allowedPaths();
        double[] kept = new double[allowed.size()];
        for (int index = 0; index < kept.length; index++) {
            int inMenu = menu.indexOf(allowed.get(index));
            kept[index] = inMenu < 0 ? 0 : weights[inMenu];
        }
        if (Arrays.stream(kept).sum() <= 0) {
            kept[0] = 1;
        }
        return kept;
    }

    /** Turns a number in [0, 1) into the index of an allowed path. */
    private interface Lottery {
        int pick(int row, double draw);
    }

    private static final class Draws implements PolicyRun {
        private final PolicyContext context;
        private final Lottery lottery;

        Draws(PolicyContext context, Lottery lottery) {
            this.context = context;
            this.lottery = lottery;
        }

        @Override
        public List<Decision> first() {
            List<Path> allowed = context.allowedPaths();
            @Nullable Decision[] made = new Decision[allowed.size()];
            List<Decision> decisions = new ArrayList<>(context.rows());
            for (int row = 0; row < context.rows(); row++) {
                int index = lottery.pick(row, draw(context.seed(), row));
                Decision decision = made[index];
                if (decision == null) {
                    decision = Decision.run(allowed.get(index));
                    made[index] = decision;
                }
                decisions.add(decision);
            }
            return decisions;
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) {
            return Collections.nCopies(checkpoint.rows(), Decision.goOn());
        }

        @Override
        public void close() {}
    }

    /**
     * A number in [0, 1) that depends on seed and row alone: the SplitMix64 sequence, twice, so that neither
     * neighbouring seeds nor neighbouring rows are related.
     */
    private static double draw(long seed, int row) {
        long mixed = mix(mix(seed) + 0x9E3779B97F4A7C15L * (row + 1L));
        return (mixed >>> 11) * 0x1p-53;
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static final class WeightedLottery implements Lottery {
        private final double[] cumulative;

        WeightedLottery(double[] weights) {
            cumulative = weights.clone();
            Arrays.parallelPrefix(cumulative, Double::sum);
        }

        @Override
        public int pick(int row, double draw) {
            double target = draw * cumulative[cumulative.length - 1];
            int index = 0;
            while (cumulative[index] <= target) {
                index++;
            }
            return index;
        }
    }

    /** Mixes the two allowed paths next to the budget, for each row at its own length, so that the mean is exact. */
    private static final class BudgetLottery implements Lottery {
        private final PolicyContext context;
        private final double ratio;
        private long lengthSeen = -1;
        private int lower;
        private int upper;
        private double chanceOfUpper;

        BudgetLottery(PolicyContext context, double ratio) {
            this.context = context;
            this.ratio = ratio;
        }

        @Override
        public int pick(int row, double draw) {
            long length = context.length(row);
            if (length != lengthSeen) {
                findNeighbours(length);
                lengthSeen = length;
            }
            return draw < chanceOfUpper ? upper : lower;
        }

        private void findNeighbours(long length) {
            AdaptiveModel model = context.model();
            List<Path> allowed = context.allowedPaths();
            double target = ratio * model.cost(model.fullDepth()).flops(length);
            upper = 0;
            double below = 0;
            double above = model.cost(allowed.get(0)).flops(length);
            while (above < target && upper < allowed.size() - 1) {
                below = above;
                upper++;
                above = model.cost(allowed.get(upper)).flops(length);
            }
            lower = Math.max(0, upper - 1);
            // Outside the range of the allowed paths the nearest one is all there is.
            chanceOfUpper = upper == 0 || above <= target ? 1 : (target - below) / (above - below);
        }
    }
}
