/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.archive.Digests;
import org.tminus.models.internal.archive.EntryNames;
import org.tminus.models.internal.archive.EntrySource;

/** A model's entries, read and checked completely, except that the content of its graphs is a backend's business. */
public final class ModelReader {
    private final ModelDescription description;
    private final byte @Nullable [] labels;
    private final byte @Nullable [] preprocessing;
    private final byte @Nullable [] tokenizer;
    private @Nullable Preprocessing parsed;

    private ModelReader(
            ModelDescription description,
            byte @Nullable [] labels,
            byte @Nullable [] preprocessing,
            byte @Nullable [] tokenizer) {
        this.description = description;
        this.labels = labels;
        this.preprocessing = preprocessing;
        this.tokenizer = tokenizer;
    }

    /**
     * Reads and checks everything, the content of each entry included.
     *
     * @param what the source, for messages
     * @throws ModelFormatException if any entry is missing, too many, damaged or wrong
     */
    public static ModelReader read(String what, EntrySource source, Limits limits) throws ModelFormatException {
        return read(what, source, limits, true);
    }

    /**
     * Reads and checks the JSON entries alone, for whoever checks the others when they are copied.
     *
     * @throws ModelFormatException if any entry is missing, too many, damaged or wrong
     */
    public static ModelReader readDescription(String what, EntrySource source, Limits limits)
            throws ModelFormatException {
        return read(what, source, limits, false);
    }

    private static ModelReader read(String what, EntrySource source, Limits limits, boolean content)
            throws ModelFormatException {
        if (!source.names().contains(EntryNames.DESCRIPTION)) {
            throw FormatFailures.invalid(what + " lacks " + EntryNames.DESCRIPTION + ".");
        }
        ModelDescription description =
                ModelDescription.parse(content(what, source, EntryNames.DESCRIPTION, limits.descriptionBytes()));
        checkNames(what, source, description);
        checkSizes(what, description, limits);
        if (content) {
            for (Map.Entry<String, FileRecord> file : description.files().entrySet()) {
                checkContent(what, source, file.getKey(), file.getValue());
            }
        }
        ModelReader reader = new ModelReader(
                description,
                optional(what, source, description, EntryNames.LABELS, limits.descriptionBytes()),
                optional(what, source, description, EntryNames.PREPROCESSING, limits.descriptionBytes()),
                optional(what, source, description, EntryNames.TOKENIZER, limits.goldenBytes()));
        byte[] golden = optional(what, source, description, EntryNames.GOLDEN, limits.goldenBytes());
        AdaptiveModel model = reader.model(Map.of());
        if (golden != null) {
            new GoldenVectors(what, model.signature(), model.preprocessing().orElse(null)).check(golden);
        }
        return reader;
    }

    private static void checkNames(String what, EntrySource source, ModelDescription description)
            throws ModelFormatException {
        TreeSet<String> found = new TreeSet<>(source.names());
        found.remove(EntryNames.DESCRIPTION);
        TreeSet<String> recorded = new TreeSet<>(description.files().keySet());
        if (!found.equals(recorded)) {
            throw FormatFailures.invalid(what + " has the entries " + found + ", but " + EntryNames.DESCRIPTION
                    + ": $.files records " + recorded + ".");
        }
    }

    private static void checkSizes(String what, ModelDescription description, Limits limits)
            throws ModelFormatException {
        long total = 0;
        for (Map.Entry<String, FileRecord> file : description.files().entrySet()) {
            long bytes = file.getValue().bytes();
            if (bytes > limits.entryBytes() || bytes > limits.totalBytes() - total) {
                throw FormatFailures.invalid(what + ": " + file.getKey() + " with " + bytes
                        + " bytes goes past the limits of " + limits.entryBytes() + " bytes per entry and "
                        + limits.totalBytes() + " in all.");
            }
            total += bytes;
        }
    }

    private static void checkContent(String what, EntrySource source, String name, FileRecord record)
            throws ModelFormatException {
        try (InputStream content = source.open(name)) {
            checkDigest(what, name, record, Digests.of(new BoundedStream(content, record.bytes())));
        } catch (IOException e) {
            throw FormatFailures.reading(what, e);
        }
    }

    private static void checkDigest(String what, String name, FileRecord record, Digests.Digest digest)
            throws ModelFormatException {
        if (digest.bytes() != record.bytes() || !digest.sha256().equals(record.sha256())) {
            throw FormatFailures.damaged(
                    what + ": " + name + " is not the file that " + EntryNames.DESCRIPTION + " records: "
                            + record.bytes() + " bytes with SHA-256 " + record.sha256() + ", found " + digest.bytes()
                            + " bytes with " + digest.sha256() + ".",
                    null);
        }
    }

    private static byte @Nullable [] optional(
            String what, EntrySource source, ModelDescription description, String name, int limit)
            throws ModelFormatException {
        FileRecord record = description.files().get(name);
        if (record == null) {
            return null;
        }
        byte[] content = content(what, source, name, limit);
        checkDigest(what, name, record, new Digests.Digest(Digests.sha256(content), 0, content.length));
        return content;
    }

    static byte[] content(String what, EntrySource source, String name, int limit) throws ModelFormatException {
        try (InputStream stream = source.open(name)) {
            byte[] content = stream.readNBytes(limit);
            if (content.length == limit && stream.read() >= 0) {
                throw FormatFailures.invalid(what + ": " + name + " has more than " + limit + " bytes.");
            }
            return content;
        } catch (IOException e) {
            throw FormatFailures.reading(what, e);
        }
    }

    public ModelDescription description() {
        return description;
    }

    /**
     * The model, with its files at these places.
     *
     * @throws ModelFormatException if the parts contradict each other
     */
    public AdaptiveModel model(Map<String, Path> files) throws ModelFormatException {
        AdaptiveModelBuilder builder = description.builder();
        files.forEach(builder::file);
        AdaptiveModel bare = build(builder);
        if (preprocessing == null && labels == null) {
            return bare;
        }
        ModelSignature signature = bare.signature();
        if (preprocessing != null) {
            builder.preprocessing(preprocessing(preprocessing, signature));
        }
        if (labels != null) {
            builder.labels(LabelsParser.parse(labels, signature));
        }
        return build(builder);
    }

    /** Read once, since a tokenizer takes time and native memory. */
    private synchronized Preprocessing preprocessing(byte[] content, ModelSignature signature)
            throws ModelFormatException {
        Preprocessing known = parsed;
        if (known == null) {
            known = PreprocessingParser.parse(content, tokenizer, signature);
            parsed = known;
        }
        return known;
    }

    private static AdaptiveModel build(AdaptiveModelBuilder builder) throws ModelFormatException {
        AdaptiveModel model;
        try {
            model = builder.build();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(
                    EntryNames.DESCRIPTION + " contradicts itself: " + e.getMessage() + ".",
                    "Correct it in the tool that made the file; the rules are in docs/model-format.md.",
                    e);
        }
        checkMenuOrder(model);
        return model;
    }

    private static void checkMenuOrder(AdaptiveModel model) throws ModelFormatException {
        long length = model.signature().sequence().map(axis -> axis.maximum()).orElse(0L);
        long previous = 0;
        for (int index = 0; index < model.menu().size(); index++) {
            long flops = model.cost(model.menu().get(index)).flops(length);
            if (flops < previous) {
                throw FormatFailures.invalid(EntryNames.DESCRIPTION + ": $.menu[" + index + "] costs " + flops
                        + " FLOPs, less than the path before it with " + previous + "; the cheapest path comes first.");
            }
            previous = flops;
        }
    }
}
