/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

import org.jspecify.annotations.Nullable;

/**
 * What a container hands back, as a JSON file.
 *
 * @param failure why there is no report; null if there is one
 * @param report what was found
 */
public record StormOutcome(@Nullable String failure, @Nullable StormReport report) {}
