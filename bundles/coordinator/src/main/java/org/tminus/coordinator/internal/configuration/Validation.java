/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.ConfigurationProblem;

/**
 * The outcome of a validation.
 *
 * @param settings null if the configuration is refused
 * @param problems why it is refused, or which unknown keys were ignored
 */
public record Validation<T>(@Nullable T settings, List<ConfigurationProblem> problems) {}
