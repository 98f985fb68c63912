/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Texts with their tokens, which are made once. Immutable. */
final class EncodedTexts implements TextExamples {
    private final List<TextRow> rows;
    private final int[][] tokens;
    private final TextTokenizer tokenizer;
    private final TextInput input;

    EncodedTexts(List<TextRow> rows, TextTokenizer tokenizer, TextInput input) {
        this.rows = List.copyOf(rows);
        this.tokenizer = tokenizer;
        this.input = input;
        this.tokens = tokenizer.encode(rows.stream().map(TextRow::text).toList());
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public String id(int row) {
        return rows.get(row).id();
    }

    @Override
    public String group(int row) {
        return rows.get(row).group();
    }

    @Override
    public int label(int row) {
        return rows.get(row).label();
    }

    @Override
    public int length(int row) {
        return tokens[row].length;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] chosen) {
        int longest = 1;
        for (int row : chosen) {
            longest = Math.max(longest, tokens[row].length);
        }
        Shape shape = Shape.of(chosen.length, longest);
        HostTensor ids = HostTensor.allocate(ElementType.INT64, shape);
        HostTensor mask = HostTensor.allocate(ElementType.INT64, shape);
        LongBuffer idValues = ids.writableBuffer().asLongBuffer();
        LongBuffer maskValues = mask.writableBuffer().asLongBuffer();
        for (int i = 0; i < chosen.length; i++) {
            int[] one = tokens[chosen[i]];
            for (int j = 0; j < longest; j++) {
                idValues.put(i * longest + j, j < one.length ? one[j] : tokenizer.paddingId());
                maskValues.put(i * longest + j, j < one.length ? 1 : 0);
            }
        }
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put(input.ids(), ids);
        input.mask().ifPresent(name -> inputs.put(name, mask));
        input.types().ifPresent(name -> inputs.put(name, HostTensor.allocate(ElementType.INT64, shape)));
        return inputs;
    }

    @Override
    public Display display(int row) {
        return new Display.Text(text(row));
    }

    @Override
    public String text(int row) {
        return rows.get(row).text();
    }

    @Override
    public TextExamples withTexts(List<String> texts) {
        if (texts.size() != rows.size()) {
            throw new IllegalArgumentException(texts.size() + " texts for " + rows.size() + " examples");
        }
        List<TextRow> changed = new ArrayList<>(rows.size());
        for (int i = 0; i < texts.size(); i++) {
            TextRow row = rows.get(i);
            changed.add(new TextRow(row.id(), row.label(), row.group(), texts.get(i)));
        }
        return new EncodedTexts(changed, tokenizer, input);
    }

    @Override
    public TextExamples ofOtherTexts(List<String> texts) {
        List<TextRow> others = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            String id = "other/" + i + "/" + SplitHash.hex(texts.get(i)).substring(0, 16);
            others.add(new TextRow(id, -1, id, texts.get(i)));
        }
        return new EncodedTexts(others, tokenizer, input);
    }
}
