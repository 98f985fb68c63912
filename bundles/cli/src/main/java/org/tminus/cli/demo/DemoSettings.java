/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tminus.cli.container.Distribution;
import org.tminus.cli.container.ModelName;
import org.tminus.cli.container.WorkFolder;

/**
 * What the demo works with, checked before anything is started.
 *
 * @param distribution the archive (zip) of the distribution
 * @param workFolder below which everything is written, and removed at the end
 * @param logFile where the container's log is kept if something fails
 * @param modelFile the model
 * @param modelName its name, as in the file
 * @param modelVersion its version, as in the file
 * @param data where images and labels are
 * @param statics where static models are; null if there are none
 * @param images how many images each row answers
 * @param threads how many clients send at once
 * @param seed of everything random
 * @param memory whether memory is measured
 * @param keep whether the work folder stays
 */
record DemoSettings(
        Path distribution,
        Path workFolder,
        Path logFile,
        Path modelFile,
        String modelName,
        String modelVersion,
        Path data,
        @Nullable Path statics,
        int images,
        int threads,
        long seed,
        boolean memory,
        boolean keep) {

    static DemoSettings of(
            Path home,
            Path distribution,
            @Nullable Path model,
            @Nullable Path data,
            @Nullable Path statics,
            int images,
            int threads,
            long seed,
            boolean memory,
            boolean keep)
            throws IOException {
        Path modelFile = (model == null ? home.resolve("models/fashion-vit.tminus") : model).toAbsolutePath();
        if (!Files.isRegularFile(modelFile)) {
            throw new IOException("there is no model " + modelFile + "; make one with ./tminus train");
        }
        Path dataFolder = (data == null ? home.resolve("models/data/fashion-mnist") : data).toAbsolutePath();
        if (!Files.isDirectory(dataFolder)) {
            throw new IOException("there is no folder with images at " + dataFolder);
        }
        if (images < 1) {
            throw new IOException("--images must be at least 1, not " + images);
        }
        if (threads < 0 || threads > 1024) {
            throw new IOException("--threads must be 0 (one per processor) to 1024, not " + threads);
        }
        Path staticFolder = statics == null ? home.resolve("models/static") : statics;
        if (statics != null && !Files.isDirectory(statics)) {
            throw new IOException("there is no folder " + statics);
        }
        ModelName name = ModelName.of(modelFile);
        Path target = home.resolve("target").toAbsolutePath();
        return new DemoSettings(
                Distribution.zip(distribution),
                WorkFolder.in(target, "demo"),
                target.resolve("tminus-demo.log"),
                modelFile,
                name.name(),
                name.version(),
                dataFolder,
                Files.isDirectory(staticFolder) ? staticFolder.toAbsolutePath() : null,
                images,
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
                seed,
                memory,
                keep);
    }

    /** What is classified, for people. */
    String title() {
        String folder = String.valueOf(data.getFileName());
        return folder.equals("fashion-mnist") ? "Fashion-MNIST, test images" : "Images of " + folder;
    }
}
