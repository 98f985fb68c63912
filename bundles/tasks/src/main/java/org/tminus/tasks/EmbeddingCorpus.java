/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.tminus.learning.data.TaskData;

/**
 * Texts without labels, for sentence embeddings: the descriptions of {@link PackageSections} in the same splits. What
 * counts is how close an embedding comes to that of full depth.
 */
public final class EmbeddingCorpus {
    /** The name of the task. */
    public static final String NAME = "embedding";

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
        return PackageSections.unlabelled(NAME, packages, tokenizerJson, input, seed, minimumPerSection);
    }
}
