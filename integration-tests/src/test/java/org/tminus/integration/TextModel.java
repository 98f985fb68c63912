/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.ModelPackage;

/**
 * A model of one layer that tells greetings from places by the words it knows, written here byte by byte: the container
 * exports nothing that makes ONNX files.
 */
final class TextModel {
    static final String NAME = "tiny-text";

    /** Tokens of "Hello worlds". */
    private static final long[] GOLDEN_IDS = {2, 4, 5, 6, 3};

    private static final String TOKENIZER =
            """
            {"version":"1.0","truncation":null,"padding":null,
             "added_tokens":[
              {"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":3,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
             "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
             "pre_tokenizer":{"type":"BertPreTokenizer"},
             "post_processor":{"type":"TemplateProcessing",
              "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
              "pair":[],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
              "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"hello":4,"world":5,"##s":6,"moin":7}}}
            """;

    private static final String COST = "{\"flops\": [0, 40], \"weightBytes\": 64, \"activationBytes\": [0, 16]}";

    private static final String DESCRIPTION =
            """
            {"schemaVersion": 1, "name": "NAME", "version": "1.0.0", "description": "For tests", "licence": "Apache-2.0",
             "signature": {
               "inputs":  [{"name": "input_ids", "type": "int64", "shape": ["batch", "length"]},
                           {"name": "attention_mask", "type": "int64", "shape": ["batch", "length"]}],
               "outputs": [{"name": "logits", "type": "float32", "shape": ["batch", 2]}],
               "sequence": {"input": "input_ids", "dimension": 1, "maximum": 16}},
             "stem": {"output": "h0", "sideValues": [], "cost": COST},
             "hidden": {"type": "float32", "shape": ["batch", "length", 2], "pooling": "mean"},
             "layers": [{"id": "layer.0", "input": "h0", "output": "h1", "skippable": true, "cost": COST,
                         "blocks": [{"id": "layer.0.block.0", "input": "h0", "output": "h1", "skippable": true}]}],
             "exits": [{"id": "final", "after": "layer.0", "file": "model.onnx", "input": "h1",
                        "outputs": {"logits": "logits"}, "cost": COST}],
             "menu": [{"layers": ["layer.0"], "exit": "final"}],
             "operatingPoints": [], "certificate": null, "provenance": {}}
            """;

    private TextModel() {}

    /** Writes the model file below a folder. */
    static Path write(Path folder) throws IOException, ModelFormatException {
        Path content = Files.createDirectory(folder.resolve("content"));
        Files.writeString(
                content.resolve("model.json"), DESCRIPTION.replace("NAME", NAME).replace("COST", COST));
        Files.writeString(content.resolve("tokenizer.json"), TOKENIZER);
        Files.writeString(
                content.resolve("preprocessing.json"),
                "{\"kind\": \"text\", \"tokenizer\": \"tokenizer.json\", \"maximumLength\": 16,"
                        + " \"inputs\": {\"ids\": \"input_ids\", \"mask\": \"attention_mask\"}}");
        Files.writeString(content.resolve("labels.json"), "{\"labels\": [\"greeting\", \"place\"]}");
        Files.writeString(
                content.resolve("golden.json"),
                "{\"vectors\": [{\"text\": \"Hello worlds\", \"inputs\": {\"input_ids\": " + longs(GOLDEN_IDS)
                        + ", \"attention_mask\": " + longs(1, 1, 1, 1, 1)
                        + "}, \"outputs\": {\"logits\": {\"shape\": [1, 2], \"base64\": \""
                        + Base64.getEncoder().encodeToString(floats(1, 1)) + "\"}}, \"tolerance\": 0}]}");
        Files.write(content.resolve("model.onnx"), onnx());
        Path file = folder.resolve(NAME + ".tminus");
        ModelPackage.pack(content, file);
        return file;
    }

    private static String longs(long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            buffer.putLong(value);
        }
        return "{\"shape\": [1, " + values.length + "], \"base64\": \""
                + Base64.getEncoder().encodeToString(buffer.array()) + "\"}";
    }

    private static byte[] floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    /** Each word adds its row of the table to the scores: hello and moin to the first, world to the second. */
    private static byte[] onnx() {
        float[] table = {0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 8, 0, 1, 8, 0};
        Message graph = new Message()
                .message(1, node("Gather", "embedded", List.of("table", "input_ids")))
                .message(1, node("Cast", "kept", List.of("attention_mask")).message(5, integer("to", 1)))
                .message(1, node("Unsqueeze", "mask", List.of("kept", "axis")))
                .message(1, node("Mul", "h0", List.of("embedded", "mask")))
                .message(1, node("MatMul", "turned", List.of("h0", "weights")))
                .message(1, node("Add", "h1", List.of("h0", "turned")))
                .message(
                        1,
                        node("ReduceMean", "pooled", List.of("h1"))
                                .message(
                                        5,
                                        new Message()
                                                .text(1, "axes")
                                                .number(8, 1)
                                                .number(20, 7))
                                .message(5, integer("keepdims", 0)))
                .message(1, node("MatMul", "logits", List.of("pooled", "head")))
                .text(2, "tiny")
                .message(5, tensor("table", 1, floats(table), 8, 2))
                .message(5, tensor("weights", 1, floats(0.5f, 0, 0, 0.5f), 2, 2))
                .message(5, tensor("head", 1, floats(1, 0, 0, 1), 2, 2))
                .message(5, tensor("axis", 7, new byte[] {2, 0, 0, 0, 0, 0, 0, 0}, 1))
                .message(11, value("input_ids", 7, "batch", "length"))
                .message(11, value("attention_mask", 7, "batch", "length"))
                .message(12, value("logits", 1, "batch", 2));
        return new Message()
                .number(1, 8)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, 17))
                .bytes();
    }

    private static Message node(String operator, String output, List<String> inputs) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        return node.text(2, output).text(3, output).text(4, operator);
    }

    private static Message integer(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    private static Message tensor(String name, int type, byte[] data, long... dimensions) {
        Message tensor = new Message();
        for (long dimension : dimensions) {
            tensor.number(1, dimension);
        }
        return tensor.number(2, type).text(8, name).data(9, data);
    }

    private static Message value(String name, int type, Object... dimensions) {
        Message shape = new Message();
        for (Object dimension : dimensions) {
            shape.message(
                    1,
                    dimension instanceof String symbol
                            ? new Message().text(2, symbol)
                            : new Message().number(1, ((Number) dimension).longValue()));
        }
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** A protobuf message, field by field; the numbers are those of onnx.proto. */
    private static final class Message {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message data(int field, byte[] value) {
            varint((long) field << 3 | 2);
            varint(value.length);
            content.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return data(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return data(field, value.bytes());
        }

        byte[] bytes() {
            return content.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                content.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            content.write((int) rest);
        }
    }
}
