/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import java.nio.charset.StandardCharsets;

/** Small tokenizers of each kind, written as the usual tools write them. */
public final class Samples {
    private Samples() {}

    /** [PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, hello 4, world 5, ##s 6, große 7, 日 8, 本 9, ! 10. */
    public static final String WORD_PIECE =
            """
            {"version":"1.0","truncation":null,"padding":null,
             "added_tokens":[
              {"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":1,"content":"[UNK]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
              {"id":3,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
             "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
             "pre_tokenizer":{"type":"BertPreTokenizer"},
             "post_processor":{"type":"TemplateProcessing",
              "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
              "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
              "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
             "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
             "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
              "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"hello":4,"world":5,"##s":6,"große":7,"日":8,"本":9,"!":10}}}
            """;

    /** Byte-level, as for GPT-2 and RoBERTa: h 4, e 5, l 6, o 7, he 8, ll 9, hell 10, hello 11, Ġ 12, Ġhello 13. */
    public static final String BYTE_LEVEL =
            """
            {"version":"1.0","truncation":null,"padding":{"strategy":"BatchLongest","direction":"Right","pad_to_multiple_of":null,
              "pad_id":1,"pad_type_id":0,"pad_token":"<pad>"},
             "added_tokens":[
              {"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":true},
              {"id":1,"content":"<pad>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":true},
              {"id":2,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":true},
              {"id":3,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":true}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":"\\\\s+"},"content":" "}]},
             "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
             "post_processor":{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0],"trim_offsets":true,"add_prefix_space":true},
             "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
             "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":"","end_of_word_suffix":null,
              "fuse_unk":false,"byte_fallback":false,
              "vocab":{"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"h":4,"e":5,"l":6,"o":7,"he":8,"ll":9,"hell":10,"hello":11,"Ġ":12,"Ġhello":13},
              "merges":["h e","l l",["he","ll"],"hell o","Ġ hello"]}}
            """;

    public static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
