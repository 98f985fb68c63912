/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

/**
 * A swap to make.
 *
 * @param target the name of the service; empty for models, where what is installed decides
 */
record Swap(Kind kind, Action action, String target) {}
