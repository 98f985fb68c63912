/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import org.osgi.annotation.versioning.ProviderType;

/** A part of a layer between two cuts of the same shape and type, such as its attention or its feed-forward half. */
@ProviderType
public interface Block {
    String id();

    /** The value of {@code model.onnx} that the block reads. */
    String input();

    /** The value of {@code model.onnx} that the block makes. */
    String output();

    boolean skippable();
}
