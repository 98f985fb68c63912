/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

/**
 * How large a model file may be; what goes past a limit is refused before it costs memory or disk.
 *
 * @param entryBytes largest content of one entry, in bytes
 * @param totalBytes largest content of all entries together, in bytes
 * @param descriptionBytes largest {@code model.json}, {@code preprocessing.json} or {@code labels.json}, in bytes
 * @param goldenBytes largest {@code golden.json} or {@code tokenizer.json}, in bytes
 * @param compressionRatio how many bytes one compressed byte may become, for entries of more than 1 MiB
 */
public record Limits(long entryBytes, long totalBytes, int descriptionBytes, int goldenBytes, double compressionRatio) {
    /** 16 GiB per entry, 20 GiB in all, 8 MiB of description, 64 MiB of golden vectors, ratio 100. */
    public static final Limits DEFAULT = new Limits(16L << 30, 20L << 30, 8 << 20, 64 << 20, 100);

    /** @throws IllegalArgumentException if a limit is not positive */
    public Limits {
        if (entryBytes <= 0
                || totalBytes <= 0
                || descriptionBytes <= 0
                || goldenBytes <= 0
                || !(compressionRatio >= 1)) {
            throw new IllegalArgumentException("Limits are positive and the compression ratio is at least 1");
        }
    }
}
