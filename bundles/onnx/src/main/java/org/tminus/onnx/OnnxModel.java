/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.internal.Graph;
import org.tminus.onnx.internal.GraphReader;
import org.tminus.onnx.internal.Shapes;

/**
 * An ONNX model that was read and checked. External data is checked (it lies in the model's own folder, and is there in full) and referenced,
 * not loaded. Immutable and safe for concurrent use.
 */
public final class OnnxModel {
    private final Graph graph;
    private final @Nullable Path folder;

    private OnnxModel(Graph graph, @Nullable Path folder) {
        this.graph = graph;
        this.folder = folder;
    }

    /** As {@link #read(Path, Limits)} with {@link Limits#DEFAULT}. */
    public static OnnxModel read(Path file) throws OnnxFormatException {
        return read(file, Limits.DEFAULT);
    }

    /**
     * Reads and checks a model file. External data may lie only in the folder of the file.
     *
     * @throws OnnxFormatException if the file cannot be read, is truncated or broken, breaks a rule of the format, or is past a limit
     */
    public static OnnxModel read(Path file, Limits limits) throws OnnxFormatException {
        byte[] bytes;
        try {
            if (!Files.isRegularFile(file)) {
                throw new OnnxFormatException(
                        (Files.exists(file) ? "Not a plain file: " : "There is no file ") + file,
                        "Check the name of the file.");
            }
            long size = Files.size(file);
            if (size > limits.fileBytes()) {
                throw new OnnxFormatException(
                        "The file " + file.getFileName() + " has " + size + " bytes, more than the limit of "
                                + limits.fileBytes() + ".",
                        "Store the weights as external data, or raise the limit.");
            }
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes((int) Math.min(limits.fileBytes(), size));
            }
        } catch (NoSuchFileException e) {
            throw new OnnxFormatException("There is no file " + file, "Check the name of the file.", e);
        } catch (IOException e) {
            throw new OnnxFormatException(
                    "The file " + file + " cannot be read: " + e.getMessage(), "Check the permissions of the file.", e);
        }
        Path parent = file.toAbsolutePath().getParent();
        return new OnnxModel(GraphReader.read(bytes, parent, limits), parent);
    }

    /** As {@link #read(byte[], Limits)} with {@link Limits#DEFAULT}. */
    public static OnnxModel read(byte[] bytes) throws OnnxFormatException {
        return read(bytes, Limits.DEFAULT);
    }

    /**
     * Reads and checks a model that has no external data.
     *
     * @param bytes the file's content; not copied, so it must not be changed afterwards
     * @throws OnnxFormatException as {@link #read(Path, Limits)}, and if there is external data
     */
    public static OnnxModel read(byte[] bytes, Limits limits) throws OnnxFormatException {
        return new OnnxModel(GraphReader.read(bytes, null, limits), null);
    }

    /**
     * Reads and checks a model whose external data lies in a folder.
     *
     * @param bytes the file's content; not copied, so it must not be changed afterwards
     * @throws OnnxFormatException as {@link #read(Path, Limits)}
     */
    public static OnnxModel read(byte[] bytes, Path folder, Limits limits) throws OnnxFormatException {
        return new OnnxModel(GraphReader.read(bytes, folder, limits), folder);
    }

    /** What a caller must give, as declared; initializers that are also inputs are left out. */
    public List<ValueInfo> inputs() {
        return graph.inputs().stream().map(Shapes::declared).toList();
    }

    /** What the model answers, as declared. */
    public List<ValueInfo> outputs() {
        return graph.outputs().stream().map(Shapes::declared).toList();
    }

    /** The number of operators in the main graph. */
    public int operatorCount() {
        return graph.nodes().size();
    }

    /** The versions of the operator sets in use, by domain; the standard domain is the empty string. */
    public Map<String, Long> opsets() {
        Map<String, Long> opsets = new TreeMap<>();
        for (OperatorSetIdProto opset : graph.model().getOpsetImportList()) {
            opsets.put(opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain(), opset.getVersion());
        }
        return opsets;
    }

    /** The program that wrote the file, with its version; empty if the file does not say. */
    public String producer() {
        ModelProto model = graph.model();
        return (model.getProducerName() + " " + model.getProducerVersion()).trim();
    }

    /** The free metadata of the file. */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>();
        for (StringStringEntryProto entry : graph.model().getMetadataPropsList()) {
            metadata.put(entry.getKey(), entry.getValue());
        }
        return metadata;
    }

    /** Where external data lies; empty if the model was read from bytes alone. */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** The weights of the main graph that lie in files of the model's folder. */
    public List<ExternalWeight> externalWeights() {
        return ExternalWeight.of(graph.model());
    }

    /** The model as a file, external data still external. */
    public byte[] toBytes() {
        return graph.model().toByteArray();
    }

    Graph graph() {
        return graph;
    }
}
