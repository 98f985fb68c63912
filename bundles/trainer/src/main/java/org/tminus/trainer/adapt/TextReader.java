/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;
import org.tminus.tasks.TaskDataException;
import org.tminus.tasks.TextFile;
import org.tminus.tasks.TextInput;

/** Reads texts for a model that takes tokens. */
final class TextReader {
    private static final String IDS = "input_ids";
    private static final String MASK = "attention_mask";
    private static final String TYPES = "token_type_ids";
    private static final String TOKENIZER = "tokenizer.json";

    private TextReader() {}

    static OwnTask read(Request request, OnnxModel model, Signature signature) throws IOException, TaskDataException {
        Request.Text text = request.text();
        Path tokenizer = text.tokenizer() == null ? request.model().resolveSibling(TOKENIZER) : text.tokenizer();
        if (!Files.isRegularFile(tokenizer)) {
            throw new AdaptException("There is no " + tokenizer
                    + ". Texts need the tokenizer.json that the model was trained with: put it beside the model, or name"
                    + " it with --tokenizer.");
        }
        int length = text.maximumLength();
        List<String> notes = new ArrayList<>();
        Signature.Sequence sequence = signature.sequence();
        if (sequence != null && sequence.maximum().isPresent()) {
            length = (int) Math.min(length, sequence.maximum().getAsLong());
        }
        notes.add("texts are cut off after " + length + " tokens (--max-length)");
        TextInput input = input(signature.inputs(), length);
        byte[] json = Files.readAllBytes(tokenizer);
        Long rows = TokenTables.of(model).get(input.ids());
        List<String> warnings = rows == null ? List.of() : TokenTables.check(json, rows, tokenizer);
        boolean labelled = request.labels().used();
        TextFile.Columns columns = new TextFile.Columns(
                text.textColumn(), labelled ? Optional.of(text.labelColumn()) : Optional.empty(), text.groupColumn());
        TaskData data;
        try {
            data = TextFile.load(
                    request.data(),
                    columns,
                    request.labels().names(),
                    json,
                    input,
                    request.training().seed());
        } catch (TaskDataException e) {
            if (e.advice().startsWith("Name the columns")) {
                throw new AdaptException(
                        e.getMessage()
                                + " Name the columns by --text-column, --label-column and --group-column, complete the line, or say"
                                + " --labels none if there are no labels.",
                        e);
            }
            throw e;
        }
        return new OwnTask(
                DataKind.TEXTS,
                model,
                data,
                Map.of("preprocessing.json", preprocessing(input), TOKENIZER, json),
                length,
                notes,
                warnings);
    }

    private static TextInput input(List<ValueInfo> inputs, int length) throws AdaptException {
        List<String> problems = new ArrayList<>();
        String ids = inputs.size() == 1 ? inputs.get(0).name() : IDS;
        Optional<String> mask = Optional.empty();
        Optional<String> types = Optional.empty();
        boolean found = false;
        for (ValueInfo input : inputs) {
            List<Dimension> shape = input.shape();
            if (!input.type().equals("int64") || shape == null || shape.size() != 2) {
                problems.add("the input " + input + " does not take tokens, int64 [batch, length]");
                continue;
            }
            if (shape.get(1).isFixed()) {
                problems.add("the input " + input + " takes one length only; export the model with a dynamic length");
            }
            if (input.name().equals(ids)) {
                found = true;
            } else if (input.name().equals(MASK)) {
                mask = Optional.of(MASK);
            } else if (input.name().equals(TYPES)) {
                types = Optional.of(TYPES);
            } else {
                problems.add("the input '" + input.name() + "' is not known for texts; known are " + IDS + ", " + MASK
                        + " and " + TYPES);
            }
        }
        if (!found) {
            problems.add("there is no input '" + ids + "'");
        }
        if (!problems.isEmpty()) {
            throw new AdaptException("The model does not take texts as they are known here:", problems);
        }
        return new TextInput(ids, mask, types, length);
    }

    private static byte[] preprocessing(TextInput input) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("kind", "text");
        root.put("tokenizer", TOKENIZER);
        root.put("maximumLength", input.maxTokens());
        ObjectNode inputs = root.putObject("inputs");
        inputs.put("ids", input.ids());
        input.mask().ifPresent(name -> inputs.put("mask", name));
        input.types().ifPresent(name -> inputs.put("types", name));
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }
}
