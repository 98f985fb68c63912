/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.Configuration;
import org.tminus.coordinator.internal.configuration.ModelSettings;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.failure.RolloutException;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;

/**
 * All rollouts that are configured. For each model one is at work at a time, so that what is seen has one cause: of several
 * the first by name, and those that name the model before those for all. Thread-safe.
 */
public final class RolloutBook implements Rollouts, Rollout.Verdicts {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutBook.class);
    private static final Comparator<Rollout> ORDER = Comparator.<Rollout, Boolean>comparing(
                    rollout -> rollout.settings().model() == null)
            .thenComparing(rollout -> rollout.settings().name());

    /** Where there is no Configuration Admin. */
    public static final Promotion NOWHERE = settings -> {
        throw new IOException("there is no Configuration Admin");
    };

    private final RolloutStore store;
    private final JournalBook journal;
    private final Executor background;
    private volatile Promotion promotion = NOWHERE;
    private volatile Predicate<RolloutSettings> presence = settings -> true;
    private volatile Supplier<Set<String>> installed = Set::of;
    private volatile Runnable listener = () -> {};
    /** In the order of choice; replaced as a whole. */
    private volatile List<Rollout> rollouts = List.of();

    /** Never null where there is a rollout. */
    private volatile @Nullable Configuration configured;

    /** @param background takes what would hold up a request */
    public RolloutBook(RolloutStore store, JournalBook journal, Executor background) {
        this.store = store;
        this.journal = journal;
        this.background = background;
    }

    /**
     * Who is asked and told, from now on.
     *
     * @param there whether a candidate is there
     * @param models the names of those that are installed
     * @param changed what to do when other rollouts are at work than before
     */
    public void listen(Predicate<RolloutSettings> there, Supplier<Set<String>> models, Runnable changed) {
        presence = there;
        installed = models;
        listener = changed;
    }

    public void promoteBy(Promotion only) {
        promotion = only;
    }

    /** Takes what is configured; a rollout whose settings have not changed goes on. The caller has all chosen anew. */
    public synchronized void configure(Configuration configuration) {
        configured = configuration;
        Map<String, Rollout> known = new LinkedHashMap<>();
        rollouts.forEach(rollout -> known.put(rollout.settings().name(), rollout));
        Map<String, Rollout> next = new TreeMap<>();
        for (RolloutSettings settings : configuration.rollouts()) {
            Rollout present = known.remove(settings.name());
            boolean same = present != null && present.settings().equals(settings);
            if (present != null && !same) {
                end(present);
            }
            next.put(settings.name(), same ? present : begin(settings));
        }
        known.values().forEach(gone -> {
            end(gone);
            store.remove(gone.settings().name());
        });
        rollouts = next.values().stream().sorted(ORDER).toList();
    }

    /** What requests at work still report is of no consequence any more. */
    private static void end(Rollout replaced) {
        boolean unused = replaced.enter(Rollout.Phase.ROLLED_BACK, "Its configuration has changed.");
    }

    private Rollout begin(RolloutSettings settings) {
        RolloutStore.Kept kept = store.load(settings);
        if (kept != null) {
            return new Rollout(settings, kept.phase(), kept.reason(), this);
        }
        return started(settings);
    }

    private Rollout started(RolloutSettings settings) {
        Rollout rollout = new Rollout(settings, Rollout.Phase.RUNNING, "", this);
        store.save(rollout);
        String text = "The " + rollout + " tries " + what(settings) + " as a " + settings.mode() + " on a share of "
                + settings.share() + " of the requests.";
        String idle = unfollowed(settings);
        text = idle.isEmpty() ? text : text + " " + idle;
        LOG.info(text);
        note(JournalEntry.ROLLOUT_STARTED, rollout, text);
        return rollout;
    }

    private static String what(RolloutSettings settings) {
        String model = settings.model();
        return settings.isForModel()
                ? "version " + settings.candidate() + " of model '" + model + "'"
                : settings.kind() + " '" + settings.candidate() + "' for "
                        + (model == null ? "all models" : "model '" + model + "'");
    }

    private void note(String kind, Rollout rollout, String text) {
        RolloutSettings settings = rollout.settings();
        Map<String, String> details = new TreeMap<>();
        details.put("rolloutKind", settings.kind());
        details.put("candidate", settings.candidate());
        details.put("mode", settings.mode());
        if (settings.model() != null) {
            details.put("model", settings.model());
        }
        if (!rollout.reason().isEmpty()) {
            details.put("reason", rollout.reason());
        }
        journal.note(kind, settings.name(), text, details);
    }

    /** The rollout at work for a model; null if there is none. */
    public @Nullable Rollout atWork(String model, Configuration configuration) {
        for (Rollout rollout : rollouts) {
            if (rollout.isRunning() && isFor(rollout.settings(), model, configuration)) {
                return rollout;
            }
        }
        return null;
    }

    /** A rollout for all is one for those that would follow its promotion. */
    private static boolean isFor(RolloutSettings settings, String model, Configuration configuration) {
        if (settings.model() != null) {
            return settings.model().equals(model);
        }
        ModelSettings own = configuration.own(model);
        if (own == null) {
            return true;
        }
        return switch (settings.kind()) {
            case RolloutSettings.POLICY -> own.policy() == null;
            case RolloutSettings.PREDICTOR -> own.predictor() == null;
            case RolloutSettings.BACKEND -> own.backend() == null;
            default -> false;
        };
    }

    /** The versions of a model that only answer where they were drawn, or are asked for by number. */
    public Set<Version> heldBack(String model) {
        Set<Version> versions = new HashSet<>();
        for (Rollout rollout : rollouts) {
            RolloutSettings settings = rollout.settings();
            if (settings.isForModel() && model.equals(settings.model()) && rollout.phase() != Rollout.Phase.PROMOTED) {
                versions.add(settings.candidateVersion());
            }
        }
        return versions;
    }

    // ---- what follows from the outcomes

    @Override
    public void rolledBack(Rollout rollout) {
        later(() -> announceRollback(rollout));
    }

    private void announceRollback(Rollout rollout) {
        saveIfPresent(rollout);
        listener.run();
        // Last: whoever reads of it finds it so.
        String text = "The " + rollout + " of " + what(rollout.settings()) + " was rolled back: " + rollout.reason();
        LOG.warn(text);
        note(JournalEntry.ROLLOUT_ROLLED_BACK, rollout, text);
    }

    @Override
    public void passed(Rollout rollout) {
        later(() -> {
            try {
                promote(rollout, "It did well for " + rollout.settings().promoteAfter() + " requests.");
            } catch (RolloutException e) {
                rollout.notPromoted(String.valueOf(e.getMessage()));
                LOG.warn("The {} has passed, but could not be promoted", rollout, e);
            }
        });
    }

    private void later(Runnable action) {
        try {
            background.execute(action);
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped meanwhile", e);
            action.run();
        }
    }

    /** A rollout whose configuration has gone must not leave a trace. */
    private synchronized void saveIfPresent(Rollout rollout) {
        if (rollouts.contains(rollout)) {
            store.save(rollout);
        }
    }

    // ---- what operators do

    @Override
    public List<RolloutState> rollouts() {
        List<Rollout> present = rollouts;
        List<RolloutState> states = new ArrayList<>();
        present.stream()
                .sorted(Comparator.comparing(rollout -> rollout.settings().name()))
                .forEach(rollout -> states.add(rollout.snapshot(remark(rollout))));
        return states;
    }

    /** What keeps a rollout from being at work; empty if nothing does. */
    private String remark(Rollout rollout) {
        if (!rollout.isRunning()) {
            return "";
        }
        if (!presence.test(rollout.settings())) {
            return "The candidate is not there; its share is served as all other requests.";
        }
        List<String> models = followers(rollout.settings());
        if (models.isEmpty()) {
            return unfollowed(rollout.settings());
        }
        Set<String> others = new TreeSet<>();
        for (String model : models) {
            Rollout atWork = atWork(model, Objects.requireNonNull(configured));
            if (atWork == rollout || atWork == null) {
                return "";
            }
            others.add("the " + atWork);
        }
        return "It waits until " + String.join(" or ", others) + " is over.";
    }

    /** The installed models that a rollout is for. */
    private List<String> followers(RolloutSettings settings) {
        Configuration configuration = Objects.requireNonNull(configured);
        return installed.get().stream()
                .filter(model -> isFor(settings, model, configuration))
                .toList();
    }

    /** Why no installed model takes part in a rollout; empty if one does, or none is installed. */
    private String unfollowed(RolloutSettings settings) {
        if (installed.get().isEmpty() || !followers(settings).isEmpty()) {
            return "";
        }
        return settings.model() == null
                ? "No model takes part: each that is installed has a " + settings.kind()
                        + " in its own configuration (org.tminus.model~NAME). Take it away there, or name a model here."
                : "No model takes part: '" + settings.model() + "' is not installed.";
    }

    /** What an operator should know, as sentences. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (RolloutState state : rollouts()) {
            if (state.phase().equals(Rollout.Phase.ROLLED_BACK.text())) {
                warnings.add("Rollout '" + state.name() + "' was rolled back: " + state.reason());
            } else if (!state.reason().isEmpty() && state.phase().equals(Rollout.Phase.RUNNING.text())) {
                warnings.add("Rollout '" + state.name() + "': " + state.reason());
            }
        }
        return warnings;
    }

    @Override
    public void promote(String name) throws RolloutException {
        promote(find(name), "By an operator's command.");
    }

    private void promote(Rollout rollout, String why) throws RolloutException {
        RolloutSettings settings = rollout.settings();
        if (!rollout.isRunning()) {
            throw isOver(rollout, "Restart it first.");
        }
        if (!presence.test(settings)) {
            throw new RolloutException(
                    "The candidate of the " + rollout + " is not there: " + what(settings) + ".", "Install it first.");
        }
        if (!rollout.beginPromotion()) {
            throw isOver(rollout, "See what became of it.");
        }
        try {
            promotion.write(settings);
        } catch (IOException | RuntimeException | Error e) {
            goOn(rollout);
            throw new RolloutException(
                    "The " + rollout + " cannot be promoted, since the configuration cannot be written: "
                            + e.getMessage() + ".",
                    "Set it by hand, and then delete the rollout's configuration.",
                    e);
        }
        rollout.promoted(why);
        saveIfPresent(rollout);
        listener.run();
        String text = "The " + rollout + " put " + what(settings) + " in force. " + why;
        LOG.info(text);
        note(JournalEntry.ROLLOUT_PROMOTED, rollout, text);
    }

    /** One that was replaced while it was being promoted could not be ended then. */
    private synchronized void goOn(Rollout rollout) {
        rollout.giveUpPromotion();
        if (!rollouts.contains(rollout)) {
            end(rollout);
        }
    }

    private static RolloutException isOver(Rollout rollout, String advice) {
        return new RolloutException("The " + rollout + " is " + rollout.standing(), advice);
    }

    @Override
    public void rollBack(String name) throws RolloutException {
        Rollout rollout = find(name);
        if (!rollout.enter(Rollout.Phase.ROLLED_BACK, "By an operator's command.")) {
            throw isOver(rollout, "What was promoted is configuration now; change that.");
        }
        announceRollback(rollout);
    }

    @Override
    public void restart(String name) throws RolloutException {
        synchronized (this) {
            Rollout before = find(name);
            end(before);
            Rollout fresh = started(before.settings());
            rollouts = rollouts.stream()
                    .map(rollout -> rollout == before ? fresh : rollout)
                    .toList();
        }
        listener.run();
    }

    private Rollout find(String name) throws RolloutException {
        List<Rollout> present = rollouts;
        for (Rollout rollout : present) {
            if (rollout.settings().name().equals(name)) {
                return rollout;
            }
        }
        List<String> known = present.stream()
                .map(rollout -> rollout.settings().name())
                .sorted()
                .toList();
        throw new RolloutException(
                "There is no rollout '" + name + "'.",
                known.isEmpty()
                        ? "Write a configuration org.tminus.rollout~NAME."
                        : "There are " + String.join(", ", known) + ".");
    }
}
