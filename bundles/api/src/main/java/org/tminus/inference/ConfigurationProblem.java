/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/**
 * A configuration value that was refused; the last good one is in force.
 *
 * @param pid the configuration's persistent identity
 * @param key which property
 * @param value what stood there
 * @param expected what may stand there
 */
public record ConfigurationProblem(String pid, String key, String value, String expected) {}
