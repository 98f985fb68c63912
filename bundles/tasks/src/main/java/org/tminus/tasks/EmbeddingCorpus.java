/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

/**
 * Texts without labels, for sentence embeddings: the descriptions of {@link PackageSections} in the same splits. What
 * counts is how close an embedding comes to that of full depth: one whose cosine to it is at least {@link #KEPT_COSINE} is
 * taken for the same.
 */
public final class EmbeddingCorpus {
    /** The name of the task. */
    public static final String NAME = "embedding";

    /** The cosine to the embedding of full depth from which an embedding counts as the same, fixed before anything is trained. */
    public static final double KEPT_COSINE = 0.95;

    private EmbeddingCorpus() {}

    /**
     * Makes the task.
     *
     * @param tokenizerJson the encoder's, see {@link Encoder#tokenizer()}
     * @param seed of the split; the splits are those of {@link PackageSections} with the same seed
     * @throws TaskDataException as {@link PackageSections#of(DebianPackages, byte[], long)}
     */
    public static TaskData of(DebianPackages packages, byte[] tokenizerJson, long seed) throws TaskDataException {
        return of(packages, tokenizerJson, TextInput.BERT, seed, PackageSections.MINIMUM_PER_SECTION);
    }

    /** @param minimumPerSection sections with fewer descriptions are left out */
    public static TaskData of(
            DebianPackages packages, byte[] tokenizerJson, TextInput input, long seed, int minimumPerSection)
            throws TaskDataException {
        TaskData plain = PackageSections.unlabelled(NAME, packages, tokenizerJson, input, seed, minimumPerSection);
        return withCosine(plain, KEPT_COSINE);
    }

    /**
     * Data as a task of embeddings, whose labels nobody asks for. Texts stay texts for whoever changes them.
     *
     * @param plain of any kind
     * @param cosine see {@link org.tminus.learning.data.EmbeddingExamples#keptCosine()}
     */
    public static TaskData withCosine(TaskData plain, double cosine) {
        TaskData.Description given = plain.description();
        Map<String, String> facts = new HashMap<>(given.facts());
        facts.put("kept cosine", Double.toString(cosine));
        facts.put("table SHA-256", given.sha256());
        TaskData.Description description = new TaskData.Description(
                given.name(),
                List.of(),
                // Whatever was computed with another cosine belongs to another task.
                SplitHash.hex(given.sha256() + " " + cosine),
                given.licence(),
                given.seed(),
                facts);
        return new TaskData(description, split -> embedded(open(plain, split), cosine));
    }

    private static Examples embedded(Examples examples, double cosine) {
        return examples instanceof TextExamples texts
                ? new EmbeddedTexts(texts, cosine)
                : new EmbeddedInputs(examples, cosine);
    }

    private record EmbeddedInputs(Examples examples, double keptCosine)
            implements EmbeddingExamples, ForwardingExamples {
        @Override
        public int label(int row) {
            return -1;
        }
    }

    private static Examples open(TaskData data, Split split) {
        Purpose purpose = Arrays.stream(Purpose.values())
                .filter(each -> each.allowed().contains(split))
                .findFirst()
                .orElseThrow();
        return data.accessFor(purpose).open(split);
    }
}
