/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

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

    private static final String WORK_PREFIX = "demo-";
    private static final Pattern WORK_FOLDER = Pattern.compile(WORK_PREFIX + "(\\d{1,18})");
    private static final long LARGEST_DESCRIPTION = 16L << 20;

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
        JsonNode description = description(modelFile);
        Path target = home.resolve("target").toAbsolutePath();
        removeLeftovers(target);
        return new DemoSettings(
                zip(distribution),
                target.resolve(WORK_PREFIX + ProcessHandle.current().pid()),
                target.resolve("tminus-demo.log"),
                modelFile,
                description.path("name").asText(),
                description.path("version").asText(),
                dataFolder,
                Files.isDirectory(staticFolder) ? staticFolder.toAbsolutePath() : null,
                images,
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
                seed,
                memory,
                keep);
    }

    /** The archive as zip, which is built beside the others. */
    private static Path zip(Path distribution) throws IOException {
        String name = String.valueOf(distribution.getFileName());
        Path zip = distribution.resolveSibling(name.replaceFirst("\\.tar\\.gz$", ".zip"));
        if (!Files.isRegularFile(zip)) {
            throw new IOException("there is no distribution " + zip + "; build it with ./tminus demo");
        }
        return zip;
    }

    /** Removes what a demo left behind that was killed before it could clean up. */
    private static void removeLeftovers(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> folders = Files.list(target)) {
            for (Path folder : folders.filter(DemoSettings::isLeftover).toList()) {
                Folders.delete(folder);
            }
        }
    }

    private static boolean isLeftover(Path folder) {
        Matcher name = WORK_FOLDER.matcher(String.valueOf(folder.getFileName()));
        return name.matches()
                && ProcessHandle.of(Long.parseLong(name.group(1)))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty();
    }

    /** What is classified, for people. */
    String title() {
        String folder = String.valueOf(data.getFileName());
        return folder.equals("fashion-mnist") ? "Fashion-MNIST, test images" : "Images of " + folder;
    }

    private static JsonNode description(Path modelFile) throws IOException {
        try (ZipFile zip = new ZipFile(modelFile.toFile())) {
            ZipEntry entry = zip.getEntry("model.json");
            if (entry == null) {
                throw new IOException(modelFile + " is not a model: it has no model.json");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                JsonNode description = new ObjectMapper().readTree(in.readNBytes((int) LARGEST_DESCRIPTION));
                if (!description.path("name").isTextual()) {
                    throw new IOException(modelFile + " is not a model: its model.json has no name");
                }
                return description;
            }
        } catch (ZipException e) {
            throw new IOException(modelFile + " is not a model: " + e.getMessage(), e);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    modelFile + " is not a model: its model.json is broken, " + e.getOriginalMessage(), e);
        }
    }
}
