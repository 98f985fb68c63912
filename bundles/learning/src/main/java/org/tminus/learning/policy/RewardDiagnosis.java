/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.stats.Ranks;

/** Reads from curves and choices what is wrong with a reward or a training, and calls it by its name. */
public final class RewardDiagnosis {
    /** What can be wrong. */
    public enum Fault {
        /** FLOPs cost next to nothing, and budgets are overspent. */
        PRICE_TOO_LOW,
        /** FLOPs cost more than answers are worth: all stop at once where the budget would allow more. */
        PRICE_TOO_HIGH,
        /** One and the same path for every input and every budget. */
        ONE_PATH,
        /** The term of the budget drowns the answers: prices swing and the cost with them. */
        BUDGET_DOMINATES,
        /** What is spent does not follow what is asked for. */
        BUDGET_IGNORED,
        /** The policy stopped to try anything else long before the end. */
        ENTROPY_COLLAPSE,
        /** A round moved the policy far beyond what clipping is to allow, or to no numbers at all. */
        KL_EXPLOSION
    }

    /**
     * Something wrong.
     *
     * @param fault its name
     * @param detail a sentence with the figures that show it
     */
    public record Finding(Fault fault, String detail) {}

    private static final double LOW_PRICE = 0.005;
    private static final double OVERSPENT = 0.05;
    private static final double UNDERSPENT = 0.1;
    private static final double KL_LIMIT = 0.3;
    private static final double SWING = 10;
    private static final double DROWNING = 5;
    private static final double AT_ONCE = 0.98;

    private RewardDiagnosis() {}

    /**
     * Looks at a training.
     *
     * @param curve of the training, at least one round
     * @param budgets the grid, ascending
     * @param choices per budget what the final policy chose on the examples it was trained on
     * @param qualities per budget the share of kept answers of these choices
     * @param keptWeight reward of a kept answer
     * @param fixedPrice whether a price was given instead of budgets; budgets are not judged then
     */
    static List<Finding> of(
            List<UpdateFigures> curve,
            List<Double> budgets,
            List<Choices> choices,
            List<Double> qualities,
            double keptWeight,
            boolean fixedPrice) {
        List<Finding> findings = new ArrayList<>();
        divergence(curve, findings);
        entropy(curve, findings);
        double[] ratios = choices.stream().mapToDouble(Choices::flopsRatio).toArray();
        boolean onePath = onePath(choices, findings);
        if (fixedPrice) {
            return findings;
        }
        UpdateFigures last = curve.get(curve.size() - 1);
        boolean swinging = swings(curve, budgets, findings) || drowns(last, budgets, choices, keptWeight, findings);
        boolean low = tooLow(last, budgets, ratios, findings);
        boolean high = tooHigh(last, budgets, ratios, qualities, choices, findings);
        if (!swinging && !low && !high) {
            ignored(budgets, ratios, qualities, onePath, findings);
        }
        return findings;
    }

    private static void divergence(List<UpdateFigures> curve, List<Finding> findings) {
        for (UpdateFigures figures : curve) {
            if (!(figures.kl() <= KL_LIMIT)) {
                findings.add(new Finding(
                        Fault.KL_EXPLOSION,
                        text(
                                "In round %d the policy moved by %.3g nats per decision; %.1f is far too much. Lower the"
                                        + " learning rate or the number of epochs.",
                                figures.update(), figures.kl(), KL_LIMIT)));
                return;
            }
        }
    }

    private static void entropy(List<UpdateFigures> curve, List<Finding> findings) {
        int early = curve.size() / 4;
        for (UpdateFigures figures : curve.subList(0, early)) {
            if (figures.entropy() < 0.02) {
                findings.add(new Finding(
                        Fault.ENTROPY_COLLAPSE,
                        text(
                                "In round %d of %d the entropy is down to %.4f of a uniform choice: nothing else is tried any"
                                        + " more. Raise the weight of the entropy, or look at the reward.",
                                figures.update(), curve.size(), figures.entropy())));
                return;
            }
        }
    }

    private static boolean onePath(List<Choices> choices, List<Finding> findings) {
        Set<Integer> taken = new HashSet<>();
        for (Choices each : choices) {
            int[] counts = new int[each.outcomes().trie().menu().size()];
            for (int row = 0; row < each.outcomes().rows(); row++) {
                counts[each.path(row)]++;
            }
            for (int path = 0; path < counts.length; path++) {
                if (counts[path] > 0.005 * each.outcomes().rows()) {
                    taken.add(path);
                }
            }
        }
        if (taken.size() != 1 || choices.get(0).outcomes().trie().menu().size() == 1) {
            return false;
        }
        findings.add(new Finding(
                Fault.ONE_PATH,
                "Path " + taken.iterator().next() + " of the menu is taken for every input, whatever the budget."));
        return true;
    }

    private static boolean swings(List<UpdateFigures> curve, List<Double> budgets, List<Finding> findings) {
        List<UpdateFigures> late = curve.subList(curve.size() / 2, curve.size());
        if (late.size() < 4) {
            return false;
        }
        int swinging = 0;
        double widest = 0;
        for (int b = 0; b < budgets.size(); b++) {
            double leastPrice = Double.POSITIVE_INFINITY;
            double mostPrice = 0;
            double leastRatio = 1;
            double mostRatio = 0;
            for (UpdateFigures figures : late) {
                leastPrice = Math.min(leastPrice, figures.prices().get(b));
                mostPrice = Math.max(mostPrice, figures.prices().get(b));
                leastRatio = Math.min(leastRatio, figures.ratios().get(b));
                mostRatio = Math.max(mostRatio, figures.ratios().get(b));
            }
            widest = Math.max(widest, mostRatio - leastRatio);
            // A price of nearly nothing may swing: it is not felt.
            if (mostPrice > 0.05 && mostPrice > SWING * leastPrice) {
                swinging++;
            }
        }
        if (3 * swinging < budgets.size()) {
            return false;
        }
        findings.add(new Finding(
                Fault.BUDGET_DOMINATES,
                text(
                        "At %d of %d budgets the price still swings more than %.0f-fold in the second half of training, and the"
                                + " cost by up to %.2f: the term of the budget is stronger than that of the answers. Lower"
                                + " budgetWeight or dualRate.",
                        swinging, budgets.size(), SWING, widest)));
        return true;
    }

    private static boolean drowns(
            UpdateFigures last,
            List<Double> budgets,
            List<Choices> choices,
            double keptWeight,
            List<Finding> findings) {
        for (int b = 0; b < budgets.size(); b++) {
            double paid = last.prices().get(b) * last.ratios().get(b);
            // Where all stop at once already, the price is too high or the budget below the cheapest path: another
            // matter.
            if (paid > DROWNING * keptWeight && shareOfCheapest(choices.get(b)) < AT_ONCE) {
                findings.add(new Finding(
                        Fault.BUDGET_DOMINATES,
                        text(
                                "At budget %.2f an input pays %.3g on average, and a kept answer earns %.3g: the term of the"
                                        + " budget is stronger than that of the answers. Lower budgetWeight or dualRate.",
                                budgets.get(b), paid, keptWeight)));
                return true;
            }
        }
        return false;
    }

    private static double shareOfCheapest(Choices choices) {
        int cheapest = 0;
        int rows = choices.outcomes().rows();
        for (int row = 0; row < rows; row++) {
            cheapest += choices.path(row) == 0 ? 1 : 0;
        }
        return (double) cheapest / rows;
    }

    private static boolean tooLow(UpdateFigures last, List<Double> budgets, double[] ratios, List<Finding> findings) {
        for (int b = 0; b < ratios.length; b++) {
            if (last.prices().get(b) < LOW_PRICE && ratios[b] > budgets.get(b) + OVERSPENT) {
                findings.add(new Finding(
                        Fault.PRICE_TOO_LOW,
                        text(
                                "At budget %.2f full depth costs only %.4f of an answer, and %.2f is spent: nothing is gained by"
                                        + " stopping. Raise the price, or let it follow the budget (dualRate).",
                                budgets.get(b), last.prices().get(b), ratios[b])));
                return true;
            }
        }
        return false;
    }

    private static boolean tooHigh(
            UpdateFigures last,
            List<Double> budgets,
            double[] ratios,
            List<Double> qualities,
            List<Choices> choices,
            List<Finding> findings) {
        double best = qualities.stream().mapToDouble(q -> q).max().orElse(0);
        for (int b = 0; b < ratios.length; b++) {
            Choices each = choices.get(b);
            double atOnceShare = shareOfCheapest(each);
            boolean atOnce = atOnceShare > AT_ONCE;
            boolean worse =
                    qualities.get(b) < best - 0.002 || ratios.length == 1 || ratios[0] == ratios[ratios.length - 1];
            if (atOnce && worse && ratios[b] < budgets.get(b) - UNDERSPENT) {
                findings.add(new Finding(
                        Fault.PRICE_TOO_HIGH,
                        text(
                                "At budget %.2f only %.2f is spent and %.1f %% stop at once: full depth costs %.3g of an answer."
                                        + " Lower the price, or let it follow the budget (dualRate).",
                                budgets.get(b),
                                ratios[b],
                                100 * atOnceShare,
                                last.prices().get(b))));
                return true;
            }
        }
        return false;
    }

    private static void ignored(
            List<Double> budgets, double[] ratios, List<Double> qualities, boolean onePath, List<Finding> findings) {
        double best = qualities.stream().mapToDouble(q -> q).max().orElse(0);
        double[] asked = budgets.stream().mapToDouble(b -> b).toArray();
        double order = ratios.length < 3 ? 1 : Ranks.spearman(asked, ratios);
        for (int b = 0; b < ratios.length; b++) {
            boolean over = ratios[b] > asked[b] + UNDERSPENT;
            // Not to spend what brings nothing is no fault.
            boolean under = ratios[b] < asked[b] - UNDERSPENT && qualities.get(b) < best - 0.005;
            if (over || under) {
                findings.add(new Finding(
                        Fault.BUDGET_IGNORED,
                        text(
                                "At budget %.2f the policy spends %.2f. More rounds or a higher dualRate may help.",
                                asked[b], ratios[b])));
                return;
            }
        }
        if (order < 0.7 && !onePath) {
            findings.add(new Finding(
                    Fault.BUDGET_IGNORED,
                    text("Cost hardly rises with the budget: their rank correlation is %.2f.", order)));
        }
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
