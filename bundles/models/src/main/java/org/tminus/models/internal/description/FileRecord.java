/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

/**
 * What the description says about another entry.
 *
 * @param sha256 lower-case hexadecimal
 * @param bytes size of the content
 */
public record FileRecord(String sha256, long bytes) {}
