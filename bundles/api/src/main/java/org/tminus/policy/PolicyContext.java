/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.backend.Telemetry;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.predictor.Complexity;

/** What a policy knows of one batch; valid until its {@link PolicyRun} is closed. Tests use {@link PolicyContexts}. */
@ProviderType
public interface PolicyContext {
    AdaptiveModel model();

    /** At least 1. */
    int rows();

    /** Length of a row's sequence; 0 for models without one. @throws IndexOutOfBoundsException for an unknown row */
    long length(int row);

    /**
     * The complexity of each row. The predictor runs when this is first called, so a policy that does not need it costs
     * nothing. Empty if no predictor in force supports the model.
     *
     * @throws TminusException if the predictor failed; pass it on, the platform has a fall-back
     */
    Optional<List<Complexity>> complexities() throws TminusException;

    Budget budget();

    /** The operating point in force; a policy reads its parameters if the point is for it. */
    Optional<OperatingPoint> operatingPoint();

    /** Parameters from configuration; they go before those of the operating point. */
    Map<String, Object> parameters();

    /** The paths of the model's menu that limits and certificate allow now, cheapest first, never empty. */
    List<Path> allowedPaths();

    /**
     * The costliest allowed path whose FLOPs, over the rows of this batch, stay within the budget's FLOPs ratio; without
     * such a budget the costliest of all. The cheapest one if none is affordable.
     */
    default Path affordablePath() {
        List<Path> paths = allowedPaths();
        double ratio = budget().flopsRatio().orElse(Double.POSITIVE_INFINITY);
        int index = paths.size() - 1;
        if (ratio == Double.POSITIVE_INFINITY) {
            return paths.get(index);
        }
        double limit = ratio * flops(model().fullDepth());
        while (index > 0 && flops(paths.get(index)) > limit * (1 + 1e-9)) {
            index--;
        }
        return paths.get(index);
    }

    /** FLOPs of this path over all rows of the batch. */
    private double flops(Path path) {
        Cost cost = model().cost(path);
        double total = 0;
        for (int row = 0; row < rows(); row++) {
            total += cost.flops(length(row));
        }
        return total;
    }

    /** What the backend reports; figures may be absent. */
    Telemetry telemetry();

    /** Time until the request's deadline. */
    Optional<Duration> timeLeft();

    /** How many requests wait for the same model. */
    int queueLength();

    /**
     * How many requests for all models wait for a worker at this moment; this batch is not among them. Neither locks nor
     * allocates, so that a policy may ask for each batch, to think less deeply while others wait.
     */
    default int requestsWaiting() {
        return 0;
    }

    /**
     * For how long the oldest of {@link #requestsWaiting} has waited, in nanoseconds since its submission; 0 if none waits.
     * As cheap as that one, and read apart from it: the two may be of different moments.
     */
    default long oldestWaitNanos() {
        return 0;
    }

    /** A number that differs from batch to batch; the same request replayed gets the same, for reproducible choices. */
    long seed();
}
