/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The command behind the tables of the documents: {@code plan} prints how many inputs promises need, {@code validity
 * [DRAWS]} checks on simulated populations how often something false is certified. Both in Markdown, the same at every run.
 */
public final class CertificateTables {
    private static final double DELTA = 0.05;
    private static final double POWER = 0.8;
    private static final long SEED = 20_260_101;

    private final PrintStream out;

    private CertificateTables(PrintStream out) {
        this.out = out;
    }

    /** Prints a table; exits with 1 if a check fails and with 2 for unknown arguments. */
    public static void main(String[] arguments) {
        CertificateTables tables = new CertificateTables(System.out);
        List<String> words = Arrays.asList(arguments);
        if (words.equals(List.of("plan"))) {
            tables.plan();
        } else if (!words.isEmpty() && words.get(0).equals("validity") && words.size() <= 2) {
            int draws = words.size() == 2 ? Integer.parseInt(words.get(1)) : 10_000;
            if (!tables.validity(draws)) {
                System.exit(1);
            }
        } else {
            System.err.println("Arguments: plan | validity [DRAWS]");
            System.exit(2);
        }
    }

    private void plan() {
        out.println("| risk | epsilon | mean | discordance | n, " + TestMethod.BETTING.key()
                + " | n, exact | n, formula |");
        out.println("|---|---:|---:|---:|---:|---:|---:|");
        for (double epsilon : new double[] {0.003, 0.005, 0.01}) {
            for (double discordance : new double[] {0.005, 0.01, 0.02, 0.05}) {
                for (double mean : new double[] {-0.001, 0, 0.001}) {
                    row(Risk.ACCURACY_LOSS, TestMethod.EXACT_DISCORDANT, epsilon, mean, discordance);
                }
            }
        }
        for (double epsilon : new double[] {0.005, 0.01, 0.02, 0.05}) {
            for (double share : new double[] {0.25, 0.5, 0.8}) {
                row(Risk.DISAGREEMENT, TestMethod.EXACT_BINOMIAL, epsilon, share * epsilon, share * epsilon);
            }
        }
    }

    private void row(Risk risk, TestMethod exact, double epsilon, double mean, double discordance) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %d | %d | %d |%n",
                risk.key(),
                points(epsilon),
                points(mean),
                points(discordance),
                Planning.inputsNeeded(TestMethod.BETTING, epsilon, DELTA, mean, discordance, POWER, SEED),
                Planning.inputsNeeded(exact, epsilon, DELTA, mean, discordance, POWER, SEED),
                Planning.quickInputs(risk.defaultMethod(), epsilon, DELTA, mean, discordance, POWER));
    }

    private static String points(double share) {
        return Planning.trim(100 * share);
    }

    private boolean validity(int draws) {
        Map<Risk, List<TestMethod>> methods = Map.of(
                Risk.ACCURACY_LOSS,
                List.of(TestMethod.BETTING, TestMethod.EXACT_DISCORDANT),
                Risk.DISAGREEMENT,
                List.of(TestMethod.BETTING, TestMethod.EXACT_BINOMIAL));
        boolean holds = true;
        out.println("| risk | method | n | epsilon | delta | limit | worst rate | population |");
        out.println("|---|---|---:|---:|---:|---:|---:|---|");
        for (Risk risk : Risk.values()) {
            for (TestMethod method : methods.getOrDefault(risk, List.of())) {
                for (int inputs : new int[] {500, 5000, 20_000}) {
                    for (double delta : new double[] {0.05, 0.1}) {
                        double epsilon = inputs < 1000 ? 0.02 : 0.004;
                        holds &= validity(risk, method, inputs, epsilon, delta, draws);
                    }
                }
            }
        }
        return holds;
    }

    private boolean validity(Risk risk, TestMethod method, int inputs, double epsilon, double delta, int draws) {
        Validity.Simulation simulation =
                Validity.simulate(risk, method, inputs, epsilon, delta, draws, SEED, Validity.Progress.NONE);
        String worst = simulation.populations().stream()
                .filter(each -> each.rate() == simulation.rate())
                .map(Validity.PopulationRate::population)
                .findFirst()
                .orElse("");
        out.printf(
                Locale.ROOT,
                "| %s | %s | %d | %s | %s | %.4f | %.4f | %s |%n",
                risk.key(),
                method.key(),
                inputs,
                points(epsilon),
                Planning.trim(delta),
                simulation.limit(),
                simulation.rate(),
                worst);
        return simulation.holds();
    }
}
