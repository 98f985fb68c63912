/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.model.ModelRepository;
import org.tminus.storm.leak.ClassLoaderWatch;
import org.tminus.storm.load.Weights;

/** Brings versions of a model and takes them away. The version that was there first stays. Used by one thread at a time. */
public final class ModelSwaps {
    private static final int MOST_VERSIONS = 3;
    private static final String BUNDLE_PREFIX = "tminus.model.";

    private final BundleContext context;
    private final ClassLoaderWatch classLoaders;
    private final ModelRepository repository;
    private final ModelFiles files;
    private final String model;
    private final Version first;
    private final Deque<Version> good = new ArrayDeque<>();
    private final Deque<Version> bad = new ArrayDeque<>();
    private final LongAdder badUpdates = new LongAdder();
    private int number;

    public ModelSwaps(
            BundleContext context,
            ClassLoaderWatch classLoaders,
            ModelRepository repository,
            ModelFiles files,
            String model,
            Version first) {
        this.context = context;
        this.classLoaders = classLoaders;
        this.repository = repository;
        this.files = files;
        this.model = model;
        this.first = first;
    }

    /** Makes a swap, or one that makes sense where this one does not. @return what was made */
    Action make(Action action, SplittableRandom random) throws Exception {
        if (Action.BAD_MODELS.contains(action)) {
            bad(action);
            return action;
        }
        // What a bad version brought about has had some time to show.
        removeBad();
        Action sensible = good.isEmpty() || (action == Action.INSTALL_MODEL && good.size() < MOST_VERSIONS)
                ? Action.INSTALL_MODEL
                : action == Action.INSTALL_MODEL ? Action.REMOVE_MODEL : action;
        switch (sensible) {
            case INSTALL_MODEL -> {
                Version version = next(random.nextBoolean() ? Weights.CHANGED : Weights.ORIGINAL);
                install(files.good(version, "storm"));
                good.addLast(version);
            }
            case UPDATE_MODEL -> install(files.good(good.getLast(), "storm, update " + ++number));
            case RESTART -> restart(good.getLast());
            default -> remove(random.nextBoolean() ? good.pollFirst() : good.pollLast());
        }
        return sensible;
    }

    private Version next(Weights weights) {
        return new Version(first.getMajor(), first.getMinor(), first.getMicro() + ++number, weights.qualifier());
    }

    private void install(Path file) throws IOException, ModelFormatException {
        try {
            repository.install(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void bad(Action action) throws IOException, ModelFormatException, ModelNotFoundException {
        badUpdates.increment();
        if (action == Action.DAMAGED_MODEL) {
            // Also in place of the version that answers now.
            Version version = good.isEmpty() || number % 2 == 0 ? next(Weights.ORIGINAL) : good.getLast();
            Path file = files.damaged(version, ++number);
            try {
                repository.install(file);
            } catch (ModelFormatException expected) {
                return;
            } finally {
                Files.deleteIfExists(file);
            }
            throw new IllegalStateException("The repository installed a damaged file");
        }
        removeBad();
        Version version = next(Weights.BAD);
        Path file = action == Action.WRONG_SIGNATURE
                ? files.withWrongSignature(version)
                : files.unloadable(version, badUpdates.intValue());
        bad.add(version);
        install(file);
    }

    private void removeBad() throws ModelNotFoundException {
        for (Version version = bad.poll(); version != null; version = bad.poll()) {
            repository.remove(model, version);
        }
    }

    private void remove(Version version) throws ModelNotFoundException {
        find(version).ifPresent(classLoaders::replaced);
        repository.remove(model, version);
    }

    private void restart(Version version) throws BundleException {
        Bundle bundle = find(version)
                .orElseThrow(() -> new IllegalStateException("There is no bundle of model " + model + " " + version));
        bundle.stop();
        bundle.start();
    }

    private java.util.Optional<Bundle> find(Version version) {
        return Arrays.stream(context.getBundles())
                .filter(bundle ->
                        (BUNDLE_PREFIX + model).equals(bundle.getSymbolicName()) && version.equals(bundle.getVersion()))
                .findFirst();
    }

    /** How many updates were bad. */
    public long badUpdates() {
        return badUpdates.sum();
    }

    /** Removes every version that was brought. */
    public void settle() throws ModelNotFoundException {
        removeBad();
        List<Version> left = new ArrayList<>(good);
        good.clear();
        for (Version version : left) {
            remove(version);
        }
    }
}
