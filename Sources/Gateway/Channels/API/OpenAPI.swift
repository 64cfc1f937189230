/// The description of the API that it serves itself: OpenAPI 3.1.
enum OpenAPI {
    static let text = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Intake",
            "version": "1",
            "description": "Hand in citizens' reports and follow them. Calls carry `Authorization: Bearer ik_…`, a key the administrator makes with `intake key add NAME --scope submit`. Titles and details of answers are in the language of Accept-Language (zh by default, or en); codes never change."
          },
          "security": [{"key": []}],
          "paths": {
            "/api/v1/submissions": {
              "post": {
                "operationId": "submit",
                "summary": "Hand in one report",
                "description": "201 is answered only after the report is on disk. The same report sent again gives the same answer and no second ticket: it is known by the `id` in its body, and where it has none by the Idempotency-Key. Beside an `id` the header says nothing more. Other content under an `id` (or, without one, under an Idempotency-Key) that came before is 422 (`id-reused`, `idempotency-key-reused`) and not kept. After 503 or no answer at all, send it again with the same `id` or key.",
                "parameters": [
                  {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": false,
                    "description": "1 to 200 bytes; wanted where the body has no id, and only counted there",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 200}
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Submission"}}}
                },
                "responses": {
                  "201": {
                    "description": "Kept",
                    "headers": {
                      "Location": {"schema": {"type": "string"}},
                      "Idempotent-Replayed": {
                        "description": "true when this key came before",
                        "schema": {"type": "string"}
                      }
                    },
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}}
                  },
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "413": {"$ref": "#/components/responses/Problem"},
                  "415": {"$ref": "#/components/responses/Problem"},
                  "422": {"$ref": "#/components/responses/Problem"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            },
            "/api/v1/submissions/{number}": {
              "get": {
                "operationId": "status",
                "summary": "Where a report stands",
                "parameters": [
                  {"name": "number", "in": "path", "required": true, "schema": {"type": "string"}},
                  {
                    "name": "code",
                    "in": "query",
                    "required": true,
                    "description": "The look-up code from the receipt",
                    "schema": {"type": "string"}
                  }
                ],
                "responses": {
                  "200": {
                    "description": "What the citizen may see",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}
                  },
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "404": {"$ref": "#/components/responses/Problem"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            },
            "/api/v1/files": {
              "post": {
                "operationId": "upload",
                "summary": "Hand in one file, to be named by a report within a week",
                "description": "Pictures (JPEG, PNG, GIF, WebP, HEIC), videos (MP4, MOV, 3GP, WebM), recordings (MP3, M4A, AMR, WAV, OGG) and PDF, told by their content. The body is the bytes of the file.",
                "parameters": [
                  {
                    "name": "name",
                    "in": "query",
                    "description": "What the file is called",
                    "schema": {"type": "string"}
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
                },
                "responses": {
                  "201": {
                    "description": "Kept",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/File"}}}
                  },
                  "400": {"$ref": "#/components/responses/Problem"},
                  "401": {"$ref": "#/components/responses/Problem"},
                  "403": {"$ref": "#/components/responses/Problem"},
                  "413": {"$ref": "#/components/responses/Problem"},
                  "415": {"$ref": "#/components/responses/Problem"},
                  "503": {"$ref": "#/components/responses/Problem"}
                }
              }
            }
          },
          "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {
              "Problem": {
                "description": "Why not, and what to mend",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
              }
            },
            "schemas": {
              "Submission": {
                "type": "object",
                "required": ["text"],
                "description": "Lengths are bytes of UTF-8. Unknown fields are ignored with a remark for the operator.",
                "properties": {
                  "id": {"type": "string", "maxLength": 200, "description": "The sender's own id of this report; the same id is the same report, whatever the Idempotency-Key"},
                  "kind": {
                    "enum": [
                      "consultation",
                      "help",
                      "complaint",
                      "report",
                      "suggestion",
                      "praise",
                      "other",
                      "咨询",
                      "求助",
                      "投诉",
                      "举报",
                      "建议",
                      "表扬",
                      "其他"
                    ]
                  },
                  "subject": {"type": "string", "maxLength": 1000},
                  "text": {"type": "string", "minLength": 1, "maxLength": 262144, "description": "What happened"},
                  "category": {"type": "string", "description": "A code of the city's tree"},
                  "place": {
                    "type": "object",
                    "properties": {
                      "text": {"type": "string", "maxLength": 1000},
                      "area": {"type": "string", "description": "A code of the city's areas"},
                      "lat": {"type": "number", "minimum": -90, "maximum": 90},
                      "lon": {"type": "number", "minimum": -180, "maximum": 180},
                      "datum": {"enum": ["WGS-84", "GCJ-02"], "default": "WGS-84"}
                    }
                  },
                  "contact": {
                    "type": "object",
                    "properties": {
                      "name": {"type": "string"},
                      "phone": {"type": "string"},
                      "mail": {"type": "string"},
                      "wechat": {"type": "string"}
                    }
                  },
                  "anonymous": {
                    "type": "boolean",
                    "default": false,
                    "description": "No contact is kept, even if one is sent"
                  },
                  "confidential": {
                    "type": "boolean",
                    "default": false,
                    "description": "保密: the department does not learn who reports"
                  },
                  "urgent": {"type": "boolean", "default": false},
                  "language": {"enum": ["zh", "en"], "default": "zh"},
                  "said": {"type": "string", "format": "date-time"},
                  "consent": {"type": "string", "description": "Version of the consent line that was shown"},
                  "files": {
                    "type": "array",
                    "maxItems": 20,
                    "items": {"type": "string"},
                    "description": "References that POST /api/v1/files gave out"
                  },
                  "attachments": {
                    "type": "array",
                    "maxItems": 20,
                    "description": "Files to be fetched after the answer",
                    "items": {
                      "type": "object",
                      "required": ["url"],
                      "properties": {
                        "url": {"type": "string", "format": "uri", "description": "https only"},
                        "sha256": {"type": "string"},
                        "mime": {"type": "string"},
                        "name": {"type": "string"}
                      }
                    }
                  },
                  "follows_up": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "The number of an earlier report that this one goes on about. It joins that ticket if it is open and was handed in with the same key, or if `follows_up_code` is its look-up code; otherwise it becomes a ticket of its own and `remarks` of the answer says so."
                  },
                  "follows_up_code": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "The look-up code of the report named by `follows_up`"
                  }
                }
              },
              "Receipt": {
                "type": "object",
                "required": ["number", "follow_up"],
                "properties": {
                  "number": {"type": "string", "examples": ["20261121-000042"]},
                  "lookup_code": {
                    "type": "string",
                    "description": "Secret: whoever has it may follow the report. Not given for a follow-up."
                  },
                  "follow_up": {"type": "boolean"},
                  "next": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "What happens now, in order, in the language of Accept-Language. Not given for a follow-up."
                  },
                  "answer_by": {
                    "type": "string",
                    "format": "date-time",
                    "description": "By when there is an answer, where the catalogue sets a limit. Not given for a follow-up."
                  },
                  "links": {
                    "type": "object",
                    "properties": {"self": {"type": "string"}, "track": {"type": "string"}}
                  },
                  "remarks": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "What was not taken as it was sent, in the language of Accept-Language: a `follows_up` that was not joined, unknown fields"
                  },
                  "emergency": {
                    "type": "array",
                    "description": "Show these to the citizen at once: what was written calls for them rather than for a hotline",
                    "items": {"$ref": "#/components/schemas/Emergency"}
                  }
                }
              },
              "Emergency": {
                "type": "object",
                "required": ["number", "zh", "en"],
                "properties": {
                  "number": {"type": "string", "examples": ["119"], "description": "Whom to call"},
                  "zh": {"type": "string", "description": "What to tell the citizen, in Chinese"},
                  "en": {"type": "string", "description": "The same in English"}
                }
              },
              "Status": {
                "type": "object",
                "required": ["number", "state", "state_name", "received", "departments", "history"],
                "properties": {
                  "number": {"type": "string"},
                  "state": {
                    "enum": [
                      "received",
                      "needs-info",
                      "accepted",
                      "in-hand",
                      "answered",
                      "call-back",
                      "closed",
                      "not-accepted",
                      "withdrawn",
                      "merged",
                      "transferred-emergency"
                    ]
                  },
                  "state_name": {"type": "string"},
                  "kind": {"type": "string"},
                  "category": {"$ref": "#/components/schemas/Named"},
                  "area": {"$ref": "#/components/schemas/Named"},
                  "received": {"type": "string", "format": "date-time"},
                  "answer_by": {"type": "string", "format": "date-time"},
                  "departments": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
                  "history": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["at", "text"],
                      "properties": {"at": {"type": "string", "format": "date-time"}, "text": {"type": "string"}}
                    }
                  }
                }
              },
              "Named": {
                "type": "object",
                "required": ["code", "name"],
                "properties": {"code": {"type": "string"}, "name": {"type": "string"}}
              },
              "File": {
                "type": "object",
                "required": ["file", "type", "size"],
                "properties": {"file": {"type": "string"}, "type": {"type": "string"}, "size": {"type": "integer"}}
              },
              "Problem": {
                "type": "object",
                "description": "RFC 9457",
                "required": ["type", "status", "code", "title"],
                "properties": {
                  "type": {"type": "string"},
                  "status": {"type": "integer"},
                  "code": {"type": "string"},
                  "title": {"type": "string"},
                  "errors": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": ["field", "code", "detail"],
                      "properties": {
                        "field": {"type": "string"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"}
                      }
                    }
                  }
                }
              }
            }
          }
        }

        """#
}
