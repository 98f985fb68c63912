/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

/**
 * Where a tensor's memory is.
 *
 * @param device {@code host}, or the device class of a backend, such as {@code cuda}
 * @param index which device of that class, from 0
 */
public record TensorLocation(String device, int index) {
    /** Memory that Java can read. */
    public static final TensorLocation HOST = new TensorLocation("host", 0);

    public boolean isHost() {
        return device.equals(HOST.device);
    }
}
