/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

/**
 * What to do, handed to the container as a JSON file.
 *
 * @param model the name of an installed model
 * @param dataFolder where the IDX files of images are
 * @param workFolder where model files and plugins are made; removed by whoever made it
 * @param images how many different inputs there are
 * @param threads how many clients send at once
 * @param quietSeconds how long the load runs before the storm, for the figures to compare with
 * @param stormSeconds how long the storm lasts
 * @param restSeconds how long to wait at most until all is as it was before
 * @param swapsPerSecond how many swaps are begun per second
 * @param seed of everything that is random, apart from the threads' timing
 * @param sabotage what a plugin does on purpose that must be found
 * @param stopContainer whether the container stops when done
 */
public record StormRequest(
        String model,
        String dataFolder,
        String workFolder,
        int images,
        int threads,
        double quietSeconds,
        double stormSeconds,
        double restSeconds,
        double swapsPerSecond,
        long seed,
        Sabotage sabotage,
        boolean stopContainer) {

    /** @throws IllegalArgumentException if a number is out of range */
    public StormRequest {
        atLeast("images", images, 1);
        atLeast("threads", threads, 1);
        atLeast("quietSeconds", quietSeconds, 1);
        atLeast("stormSeconds", stormSeconds, 1);
        atLeast("restSeconds", restSeconds, 1);
        if (!(swapsPerSecond > 0 && swapsPerSecond <= 100)) {
            throw new IllegalArgumentException(
                    "A storm swaps more than 0 and at most 100 times per second, got " + swapsPerSecond);
        }
    }

    private static void atLeast(String name, double value, double least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException("A storm needs " + name + " of at least " + least + ", got " + value);
        }
    }
}
