/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

/**
 * One operating point of one certificate.
 *
 * @param model the model's name
 * @param certificate names what the certificate says, so that a new one is another
 * @param point the operating point's name
 */
public record PointId(String model, String certificate, String point) {}
