/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.WeightExternalizer;
import org.tminus.tasks.Encoder;
import org.tminus.tasks.TaskDataException;
import org.tminus.trainer.graph.Change;
import org.tminus.trainer.graph.Classifier;
import org.tminus.trainer.graph.Pooling;

/**
 * A model without the weights that a pretrained encoder has anyway: a zip of the change that training made, of every entry
 * of the model file but its weights, and of what to begin with. The model file that comes of it is the same to the last bit.
 */
public final class RebuildFile {
    /** How names of such files end. */
    public static final String EXTENSION = ".change";

    private static final String RECIPE = "rebuild.json";
    /** Name of the entry that {@link Change} reads. */
    static final String CHANGE = "model.change";

    private static final String TOKENIZER = "tokenizer.json";
    private static final Set<String> WEIGHTS = Set.of("model.onnx", "model.onnx.data");
    private static final int MOST_ENTRIES = 100;
    private static final int LARGEST_ENTRY = 1 << 28;
    private static final long LARGEST_SUM = 1L << 30;
    private static final int MOST_CLASSES = 1 << 16;

    private RebuildFile() {}

    /**
     * What training began with.
     *
     * @param encoder name of the encoder
     * @param pooling how its states become one vector
     * @param classes of the classifier that was put on top
     * @param seed of that
     */
    public record Origin(String encoder, Pooling pooling, int classes, long seed) {
        /**
         * The model that training begins with.
         *
         * @throws IOException if the encoder is no model that a classifier can be put on
         */
        public OnnxModel model(Encoder found) throws IOException {
            try {
                return Classifier.attach(OnnxModel.read(found.model()), pooling, classes, seed);
            } catch (OnnxFormatException e) {
                throw new IOException(e.getMessage(), e);
            } catch (TaskDataException e) {
                throw new IOException(e.getMessage() + " " + e.advice(), e);
            }
        }
    }

    /**
     * Writes the file beside the model file, under the same name.
     *
     * @param folder the entries of the model file
     * @param model the packed model file
     * @return the file written
     */
    static Path write(Path folder, Origin origin, byte[] tokenizer, byte[] change, Path model) throws IOException {
        TreeMap<String, byte[]> entries = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!WEIGHTS.contains(name)) {
                    entries.put(name, Files.readAllBytes(file));
                }
            }
        }
        // The encoder brings its tokenizer.
        byte[] own = entries.get(TOKENIZER);
        boolean shared = own != null && Arrays.equals(own, tokenizer);
        if (shared) {
            entries.remove(TOKENIZER);
        }
        entries.put(CHANGE, change);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode recipe = mapper.createObjectNode();
        recipe.put("encoder", origin.encoder());
        recipe.put("pooling", origin.pooling().name());
        recipe.put("classes", origin.classes());
        recipe.put("seed", origin.seed());
        recipe.put("tokenizerOfEncoder", shared);
        recipe.put("sha256", StageStore.sha256(Files.readAllBytes(model)));
        entries.put(RECIPE, mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(recipe));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                // A fixed time, so that equal content gives equal bytes.
                header.setTime(0);
                zip.putNextEntry(header);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        String name = String.valueOf(model.getFileName());
        int dot = name.lastIndexOf('.');
        Path file = model.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + EXTENSION);
        StageStore.write(file, bytes.toByteArray());
        return file;
    }

    /**
     * Makes the model file.
     *
     * @param file was written here
     * @param encoders folder with the encoder's jar; empty for the local Maven repository
     * @param output the {@code .tminus} file to write; a folder beside it is used meanwhile, and removed
     * @throws IOException if the file or the encoder cannot be read, or the result is not the model that was packed
     */
    public static void rebuild(Path file, Optional<Path> encoders, Path output) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file + ". Name a file that ends in " + EXTENSION + ".");
        }
        if (Files.isDirectory(output)) {
            throw new IOException("the output " + output + " is a folder. Name a file in it with --output.");
        }
        Path parent = Files.createDirectories(
                Objects.requireNonNull(output.toAbsolutePath().getParent()));
        Path work = Files.createTempDirectory(parent, "rebuild");
        try {
            Path made = work.resolve("made");
            make(file, encoders, Files.createDirectory(work.resolve("entries")), made);
            Files.move(made, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (ZipException e) {
            throw new IOException(
                    file + " is damaged, or no file that a model can be rebuilt from (" + e.getMessage()
                            + "). Copy it again from where it came from, and compare its checksum with the original.",
                    e);
        } finally {
            Folders.delete(work);
        }
    }

    private static void make(Path file, Optional<Path> encoders, Path folder, Path made) throws IOException {
        JsonNode recipe = unpack(file, folder);
        Path change = folder.resolve(CHANGE);
        if (recipe == null || !Files.exists(change)) {
            throw new IOException(
                    file + " is no file that a model can be rebuilt from: " + RECIPE + " or " + CHANGE + " is missing");
        }
        build(recipe, folder, change, encoders);
        Files.delete(change);
        try {
            ModelPackage.pack(folder, made);
        } catch (ModelFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        check(recipe, made);
    }

    /** Writes all entries but the recipe to the folder, and reads that; {@code null} if there is none. */
    private static @Nullable JsonNode unpack(Path file, Path folder) throws IOException {
        JsonNode recipe = null;
        long sum = 0;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MOST_ENTRIES) {
                throw new IOException(file + " has " + zip.size() + " entries, which no such file has");
            }
            for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (!name.matches("[a-z][a-z0-9.-]*")) {
                    throw new IOException(file + " has the entry '" + name + "', which no such file has");
                }
                byte[] content = read(zip, entry);
                sum += content.length;
                if (sum > LARGEST_SUM) {
                    throw new IOException("the entries of " + file + " are too large together");
                }
                if (name.equals(RECIPE)) {
                    recipe = new ObjectMapper().readTree(content);
                } else {
                    Files.write(folder.resolve(name), content);
                }
            }
        }
        return recipe;
    }

    /**
     * One entry of a file that was written here.
     *
     * @throws IOException if it cannot be read, or has no such entry
     */
    static byte[] entry(Path file, String name) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                throw new IOException(file + " is no file that a model can be rebuilt from: " + name + " is missing");
            }
            return read(zip, entry);
        }
    }

    private static byte[] read(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] content = in.readNBytes(LARGEST_ENTRY);
            if (content.length == LARGEST_ENTRY) {
                throw new IOException("the entry " + entry.getName() + " is too large");
            }
            return content;
        }
    }

    private static void build(JsonNode recipe, Path folder, Path change, Optional<Path> encoders) throws IOException {
        int classes = recipe.path("classes").asInt();
        String wanted = recipe.path("pooling").asText();
        Optional<Pooling> pooling = Arrays.stream(Pooling.values())
                .filter(each -> each.name().equals(wanted))
                .findFirst();
        if (classes < 1 || classes > MOST_CLASSES || pooling.isEmpty()) {
            throw new IOException(RECIPE + " names " + classes + " classes and the pooling '" + wanted
                    + "'; known are up to " + MOST_CLASSES + " classes and " + Arrays.toString(Pooling.values()));
        }
        Origin origin = new Origin(
                recipe.path("encoder").asText(),
                pooling.get(),
                classes,
                recipe.path("seed").asLong());
        Encoder encoder = encoder(origin.encoder(), encoders);
        byte[] model = Change.load(change).applyTo(origin.model(encoder));
        try {
            WeightExternalizer.write(
                    OnnxModel.read(model), folder.resolve("model.onnx"), folder.resolve("model.onnx.data"));
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (recipe.path("tokenizerOfEncoder").asBoolean()) {
            try (OutputStream out = Files.newOutputStream(folder.resolve(TOKENIZER))) {
                out.write(encoder.tokenizer());
            }
        }
    }

    static Encoder encoder(String name, Optional<Path> folder) throws IOException {
        try {
            return Encoder.named(name, folder);
        } catch (TaskDataException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }

    private static void check(JsonNode recipe, Path made) throws IOException {
        String wanted = recipe.path("sha256").asText();
        String found = StageStore.sha256(Files.readAllBytes(made));
        if (!found.equals(wanted)) {
            throw new IOException("the rebuilt model is not the one that was packed: SHA-256 " + found + " instead of "
                    + wanted + "; is it the same encoder?");
        }
    }
}
