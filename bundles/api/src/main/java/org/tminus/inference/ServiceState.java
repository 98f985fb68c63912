/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/**
 * A service that the platform sees.
 *
 * @param kind {@code policy}, {@code predictor} or {@code backend}
 * @param name its {@code tminus.name}
 * @param bundle symbolic name and version of the bundle that brings it
 * @param ranking its service ranking
 * @param state {@code in force}, {@code waiting}, or {@code quarantined}
 * @param reason why it is not in force; empty if it is
 */
public record ServiceState(String kind, String name, String bundle, int ranking, String state, String reason) {}
