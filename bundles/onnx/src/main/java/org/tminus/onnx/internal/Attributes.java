/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.jspecify.annotations.Nullable;

/** Reads the attributes of one operator. */
final class Attributes {
    private final NodeProto node;

    Attributes(NodeProto node) {
        this.node = node;
    }

    @Nullable
    AttributeProto get(String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    boolean has(String name) {
        return get(name) != null;
    }

    long integer(String name, long otherwise) {
        AttributeProto attribute = get(name);
        return attribute != null && attribute.hasI() ? attribute.getI() : otherwise;
    }

    double real(String name, double otherwise) {
        AttributeProto attribute = get(name);
        return attribute != null && attribute.hasF() ? attribute.getF() : otherwise;
    }

    String string(String name, String otherwise) {
        AttributeProto attribute = get(name);
        return attribute != null && attribute.hasS() ? attribute.getS().toStringUtf8() : otherwise;
    }

    long @Nullable [] integers(String name) {
        AttributeProto attribute = get(name);
        if (attribute == null || (attribute.hasType() && attribute.getType() != AttributeType.INTS)) {
            return null;
        }
        long[] values = new long[attribute.getIntsCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = attribute.getInts(i);
        }
        return values;
    }
}
