/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/**
 * What is not used of a configuration: a value that is refused, whose configuration stays as it was last good, or a key or a
 * whole configuration that is ignored because of its name.
 *
 * @param pid the configuration's persistent identity
 * @param key which property
 * @param value what stood there
 * @param expected what may stand there
 */
public record ConfigurationProblem(String pid, String key, String value, String expected) {}
