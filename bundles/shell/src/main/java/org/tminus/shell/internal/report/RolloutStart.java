/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.tminus.failure.RolloutException;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;

/** Begins a rollout by configuration, or begins anew one that is configured. */
public final class RolloutStart {
    /** Of the configurations of rollouts. */
    static final String FACTORY_PID = "org.tminus.rollout";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

    private final Rollouts rollouts;
    private final PlatformStatus status;
    private final RolloutSettings settings;

    public RolloutStart(Rollouts rollouts, PlatformStatus status, RolloutSettings settings) {
        this.rollouts = rollouts;
        this.status = status;
        this.settings = settings;
    }

    static String pid(String name) {
        return FACTORY_PID + "~" + name;
    }

    /**
     * @param changes the keys to set; without any, the rollout begins anew as it is configured
     * @throws CommandFailure if the name cannot be one, nothing is configured and nothing is to be, or the configuration
     *     cannot be written
     */
    public Report start(String name, Map<String, String> changes) throws CommandFailure {
        if (!NAME.matcher(name).matches()) {
            throw new CommandFailure(
                    "'" + name + "' cannot be the name of a rollout.", "Use letters, digits, '.', '-' and '_'.");
        }
        try {
            Map<String, Object> before = settings.read(name);
            Map<String, Object> after = new TreeMap<>(before);
            after.putAll(changes);
            if (after.isEmpty()) {
                throw new CommandFailure(
                        "There is no rollout '" + name + "'.",
                        "Say what is tried: --kind policy --candidate NAME, for example.");
            }
            if (after.equals(new TreeMap<>(before)) && isKnown(name)) {
                rollouts.restart(name);
                return report(name, after).line("The rollout " + name + " begins anew.");
            }
            settings.write(name, after);
            return report(name, after).line("Changed the configuration " + pid(name) + ": " + after + ".");
        } catch (RolloutException e) {
            throw CommandFailure.of(e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The configuration could not be stored: " + e.getMessage() + ".",
                    "Check the space and the rights of the data folder.",
                    e);
        }
    }

    private static Report report(String name, Map<String, Object> values) {
        return new Report().json("name", name).json("pid", pid(name)).json("values", values);
    }

    private boolean isKnown(String name) {
        return rollouts.rollouts().stream().anyMatch(rollout -> rollout.name().equals(name));
    }

    /** Whether the platform has taken or refused what was configured. */
    public boolean isSettled(String name) {
        return isKnown(name) || !problems(name).isEmpty();
    }

    /** What became of it, as lines for people. */
    public Report outcome(String name) {
        List<ConfigurationProblem> problems = problems(name);
        Report report = new Report();
        for (ConfigurationProblem problem : problems) {
            report.line("Not used: " + problem.key() + " = '" + problem.value() + "'; expected " + problem.expected()
                    + ".");
        }
        List<RolloutState> known = rollouts.rollouts().stream()
                .filter(rollout -> rollout.name().equals(name))
                .toList();
        return known.isEmpty() ? report : report.table(phases(known));
    }

    private static Table phases(List<RolloutState> rollouts) {
        Table table = new Table().text("Name", "Phase", "Note");
        rollouts.forEach(rollout -> table.row(rollout.name(), rollout.phase(), rollout.reason()));
        return table;
    }

    private List<ConfigurationProblem> problems(String name) {
        return status.configurationProblems().stream()
                .filter(problem -> problem.pid().equals(pid(name)))
                .toList();
    }
}
