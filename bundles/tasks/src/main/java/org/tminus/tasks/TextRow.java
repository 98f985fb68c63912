/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

record TextRow(String id, int label, String group, String text) implements Row {}
