/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.storm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tminus.cli.container.Distribution;
import org.tminus.cli.container.ModelName;
import org.tminus.cli.container.WorkFolder;

/**
 * What a storm works with, checked before anything is started.
 *
 * @param distribution the archive (zip) of the distribution
 * @param workFolder below which everything is written, and removed at the end
 * @param logFile where the container's log is kept if something fails
 * @param modelFile the model
 * @param modelName its name, as in the file
 * @param data where images are
 * @param minutes how long the storm lasts
 * @param seed of everything random
 * @param keep whether the work folder stays
 */
record StormSettings(
        Path distribution,
        Path workFolder,
        Path logFile,
        Path modelFile,
        String modelName,
        Path data,
        double minutes,
        long seed,
        boolean keep) {

    private static final double LONGEST_MINUTES = 7 * 24 * 60;

    static StormSettings of(Path home, Path distribution, double minutes, long seed, boolean keep) throws IOException {
        Path model = home.resolve("models/fashion-vit.tminus").toAbsolutePath();
        if (!Files.isRegularFile(model)) {
            throw new IOException("there is no model " + model + "; make one with ./tminus train");
        }
        Path data = home.resolve("models/data/fashion-mnist").toAbsolutePath();
        if (!Files.isDirectory(data)) {
            throw new IOException("there is no folder with images at " + data);
        }
        if (!(minutes >= 0.1 && minutes <= LONGEST_MINUTES)) {
            throw new IOException("--minutes must be between 0.1 and 10080 (a week), not " + minutes);
        }
        Path target = home.resolve("target").toAbsolutePath();
        return new StormSettings(
                Distribution.zip(distribution),
                WorkFolder.in(target, "storm"),
                target.resolve("tminus-storm.log"),
                model,
                ModelName.of(model).name(),
                data,
                minutes,
                seed,
                keep);
    }
}
