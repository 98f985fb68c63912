/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.MISSING;
import static org.tminus.evaluation.report.Html.figure;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tminus.evaluation.EvaluationResult.OptimumProblem;
import org.tminus.evaluation.EvaluationResult.PolicyFinding;
import org.tminus.evaluation.EvaluationResult.Ppo;
import org.tminus.evaluation.EvaluationResult.TrainingCurve;
import org.tminus.evaluation.report.Chart.Dot;
import org.tminus.evaluation.report.Chart.Style;

/** What the page says of the learned policies. */
final class PolicySection {
    /** What is promised of a learned policy, per input in batches. */
    private static final double DECISION_LIMIT_MICROS = 20;

    private PolicySection() {}

    static void write(Html out, Ppo ppo, List<TrainingCurve> training) {
        boolean trained = ppo.seeds() != null || !training.isEmpty();
        if (!trained && ppo.decisionMicrosPerInput().isEmpty()) {
            return;
        }
        out.element("h2", "Learned policies");
        decisionTimes(out, ppo.decisionMicrosPerInput());
        if (trained) {
            out.element(
                    "p",
                    "Training. Seeds: " + (ppo.seeds() == null ? MISSING : String.valueOf(ppo.seeds())) + ". Reward: "
                            + figure(ppo.rewardMean(), 4) + " ± " + figure(ppo.rewardSpread(), 4)
                            + " (closed loop where there is one; standard deviation over seeds).");
            optimum(out, ppo);
            findings(out, ppo);
            curves(out, training);
        }
    }

    private static void decisionTimes(Html out, Map<String, Double> micros) {
        if (micros.isEmpty()) {
            return;
        }
        List<String> figures = new ArrayList<>();
        List<String> slow = new ArrayList<>();
        micros.forEach((policy, figure) -> {
            figures.add(number(figure, 2) + " µs with " + policy);
            if (figure > DECISION_LIMIT_MICROS) {
                slow.add(policy);
            }
        });
        out.element(
                "p",
                "All decisions about an input take " + String.join(" and ", figures)
                        + ", in batches of 64 at the costliest operating point of each, as the platform asks the policy but"
                        + " without the layers and exits in between (median). The limit of 20 µs "
                        + (slow.isEmpty() ? "holds." : "does not hold for " + String.join(" and ", slow) + "."));
    }

    private static void optimum(Html out, Ppo ppo) {
        OptimumProblem problem = ppo.optimumProblem();
        if (problem == null) {
            if (ppo.optimumGap() != null) {
                out.element("p", "Gap to the exact optimum of a coarser problem: " + figure(ppo.optimumGap(), 4) + ".");
            }
            return;
        }
        out.element(
                "p",
                "Against an exact optimum. It can be worked out for a coarser problem than the one above: at most 4,000 inputs"
                        + " of the decision split, at most 5 paths of the menu, confidences in 3 bins, the closed loop"
                        + " alone, and one price of FLOPs"
                        + (problem.optimumPrice() == null ? "" : " (" + number(problem.optimumPrice(), 2) + ")")
                        + ". On it, answers kept less price times FLOPs are " + figure(problem.optimum(), 4)
                        + " for the optimum, " + figure(problem.ppo(), 4)
                        + " for a policy that PPO trained on that problem, and " + figure(problem.bestFixedPath(), 4)
                        + " for the best path for all inputs alike. The gap to the optimum is "
                        + figure(ppo.optimumGap(), 4) + " of it." + gain(problem));
    }

    private static String gain(OptimumProblem problem) {
        Double share = problem.shareOfGain();
        return share == null
                ? ""
                : " Of what the optimum gains over the best fixed path, PPO gains " + percent(share, 0)
                        + ": that share says more than the gap, which the fixed path alone makes small.";
    }

    private static void findings(Html out, Ppo ppo) {
        List<PolicyFinding> findings = ppo.findings();
        if (findings == null) {
            return;
        }
        if (findings.isEmpty()) {
            out.element("p", "Nothing wrong was found with reward or training in any seed.");
            return;
        }
        out.element("p", "What was found wrong with reward or training, by seed; nothing in the seeds not named.");
        out.table("Policy", "Seed", "in the model", "Finding", "What it rests on");
        for (PolicyFinding each : findings) {
            out.raw("<tr>")
                    .element("th scope=\"row\"", each.policy())
                    .element("td", String.valueOf(each.seed()))
                    .element("td", each.inUse() ? "yes" : "no")
                    .element("td", each.fault())
                    .element("td class=\"words\"", each.detail())
                    .raw("</tr>");
        }
        out.endTable();
    }

    private static void curves(Html out, List<TrainingCurve> training) {
        for (String name : List.of("reward", "kl", "entropy")) {
            Chart chart = new Chart("Training curves: " + name, "steps", name);
            int colour = 0;
            for (TrainingCurve curve : training) {
                List<Double> values = curve.values().getOrDefault(name, List.of());
                List<Dot> dots = new ArrayList<>();
                for (int i = 0; i < values.size(); i++) {
                    double step = i < curve.steps().size() ? curve.steps().get(i) : i;
                    dots.add(Dot.of(step, values.get(i)));
                }
                chart.add(curve.name(), colour % 2 == 0 ? Style.LINE : Style.DASHED, colour++, dots);
            }
            if (!chart.isEmpty()) {
                out.figure(chart.svg() + chart.legend(), "By steps of training: " + name + ".");
            }
        }
    }
}
