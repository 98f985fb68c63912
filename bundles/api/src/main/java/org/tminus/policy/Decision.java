/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;

/**
 * What a policy wants for one row. {@link PolicyRun#first()} answers with {@link #run(Path)}; {@link PolicyRun#next} with
 * {@link #goOn()}, {@link #stop(ExitId)} or {@link #skip(int)}. Immutable; policies may reuse instances.
 */
public final class Decision {
    private static final Decision GO_ON = new Decision("go-on", null, List.of(), null, 0);

    private final String kind;
    private final @Nullable Path path;
    private final List<LayerId> checkpoints;
    private final @Nullable ExitId exit;
    private final int skippedLayers;

    private Decision(
            String kind, @Nullable Path path, List<LayerId> checkpoints, @Nullable ExitId exit, int skippedLayers) {
        this.kind = kind;
        this.path = path;
        this.checkpoints = checkpoints;
        this.exit = exit;
        this.skippedLayers = skippedLayers;
    }

    /** Take this path from its beginning to its exit, without checkpoints. */
    public static Decision run(Path path) {
        return new Decision("run", path, List.of(), null, 0);
    }

    /**
     * The same with checkpoints: after each of these layers {@link PolicyRun#next} is called. What lies between two
     * checkpoints runs as one piece, so ask for few.
     *
     * @throws IllegalStateException if this is not a {@link #run(Path)} decision
     * @throws IllegalArgumentException if a checkpoint is not a layer of the path
     */
    public Decision withCheckpoints(List<LayerId> layers) {
        Path taken = path().orElseThrow(() -> new IllegalStateException("Only a run decision has checkpoints"));
        if (!taken.layers().containsAll(layers)) {
            throw new IllegalArgumentException("Checkpoints " + layers + " are not all on the path " + taken);
        }
        return new Decision(kind, taken, List.copyOf(layers), null, 0);
    }

    /** At a checkpoint: follow the path. */
    public static Decision goOn() {
        return GO_ON;
    }

    /** At a checkpoint: answer now, through this exit. */
    public static Decision stop(ExitId exit) {
        return new Decision("stop", null, List.of(), exit, 0);
    }

    /**
     * At a checkpoint: leave out the next layers of the path, then follow it.
     *
     * @throws IllegalArgumentException if the number is not positive
     */
    public static Decision skip(int layers) {
        if (layers <= 0) {
            throw new IllegalArgumentException("At least one layer is skipped, got " + layers);
        }
        return new Decision("skip", null, List.of(), null, layers);
    }

    /** {@code run}, {@code go-on}, {@code stop} or {@code skip}. */
    public String kind() {
        return kind;
    }

    /** The path to take; present for {@code run}. */
    public Optional<Path> path() {
        return Optional.ofNullable(path);
    }

    /** Where the policy wants to be asked again; empty for most. */
    public List<LayerId> checkpoints() {
        return checkpoints;
    }

    /** The exit that answers; present for {@code stop}. */
    public Optional<ExitId> exit() {
        return Optional.ofNullable(exit);
    }

    /** How many layers are left out; 0 unless {@code skip}. */
    public int skippedLayers() {
        return skippedLayers;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case "run" -> "run " + path + (checkpoints.isEmpty() ? "" : " asking after " + checkpoints);
            case "stop" -> "stop at " + exit;
            case "skip" -> "skip " + skippedLayers;
            default -> kind;
        };
    }
}
