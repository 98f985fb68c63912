/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tasks.EmbeddingCorpus;
import org.tminus.tensor.HostTensor;

/** People's data as a task of embeddings: an answer counts as the same if it points where that of full depth does. */
final class EmbeddingTask {
    private EmbeddingTask() {}

    /** @param plain without labels, of the kind */
    static TaskData of(DataKind kind, TaskData plain) {
        // Texts stay texts for whoever asks for them.
        return kind == DataKind.TEXTS
                ? EmbeddingCorpus.withCosine(plain, EmbeddingCorpus.KEPT_COSINE)
                : embedded(plain, EmbeddingCorpus.KEPT_COSINE);
    }

    private static TaskData embedded(TaskData plain, double cosine) {
        TaskData.Description given = plain.description();
        Map<String, String> facts = new HashMap<>(given.facts());
        facts.put("kept cosine", Double.toString(cosine));
        TaskData.Description description =
                new TaskData.Description(given.name(), List.of(), given.sha256(), given.licence(), given.seed(), facts);
        return new TaskData(description, split -> new Embedded(open(plain, split), cosine));
    }

    private static Examples open(TaskData data, Split split) {
        Purpose purpose = Arrays.stream(Purpose.values())
                .filter(each -> each.allowed().contains(split))
                .findFirst()
                .orElseThrow();
        return data.accessFor(purpose).open(split);
    }

    private record Embedded(Examples examples, double keptCosine) implements EmbeddingExamples {
        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public String id(int row) {
            return examples.id(row);
        }

        @Override
        public String group(int row) {
            return examples.group(row);
        }

        @Override
        public int label(int row) {
            return -1;
        }

        @Override
        public int length(int row) {
            return examples.length(row);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            return examples.inputs(rows);
        }

        @Override
        public Display display(int row) {
            return examples.display(row);
        }
    }
}
