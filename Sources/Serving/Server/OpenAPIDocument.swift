/// The description of the API in the form of OpenAPI 3.1, as served at `/api/v1/openapi.json`.
enum OpenAPIDocument {
    static let text = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Millrace",
            "version": "1",
            "description": "Jobs, result tables, dashboards and their live streams.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}
          },
          "paths": {
            "/healthz": {
              "get": {
                "summary": "Tells that the server answers.",
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": {"type": "object", "properties": {"status": {"type": "string"}}}}}
                  }
                }
              }
            },
            "/metrics": {
              "get": {
                "summary": "Figures in the text form of Prometheus.",
                "responses": {"200": {"description": "The answer.", "content": {"text/plain": {}}}}
              }
            },
            "/api/v1/jobs": {
              "get": {
                "summary": "All jobs.",
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "properties": {"jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}}
                        }
                      }
                    }
                  }
                }
              }
            },
            "/api/v1/jobs/{id}": {
              "get": {
                "summary": "One job.",
                "parameters": [
                  {
                    "name": "id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The job's id."
                  }
                ],
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}
                  },
                  "404": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/jobs/{id}/stop": {
              "post": {
                "summary": "Ends a job behind one more epoch; answers when it is over.",
                "parameters": [
                  {
                    "name": "id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The job's id."
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {
                    "application/json": {
                      "schema": {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": {"withSavepoint": {"type": "boolean"}}
                      }
                    }
                  }
                },
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StoredJob"}}}
                  },
                  "400": {"$ref": "#/components/responses/Error"},
                  "404": {"$ref": "#/components/responses/Error"},
                  "409": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/jobs/{id}/savepoint": {
              "post": {
                "summary": "Copies the newest stored epoch of a job into a directory of its own.",
                "parameters": [
                  {
                    "name": "id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The job's id."
                  }
                ],
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StoredJob"}}}
                  },
                  "400": {"$ref": "#/components/responses/Error"},
                  "404": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/query": {
              "post": {
                "summary": "Runs a SELECT over result tables; rows and time are bounded.",
                "requestBody": {
                  "required": true,
                  "content": {
                    "application/json": {
                      "schema": {
                        "type": "object",
                        "required": ["sql"],
                        "additionalProperties": false,
                        "properties": {"sql": {"type": "string"}}
                      }
                    }
                  }
                },
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "properties": {
                            "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
                            "rows": {"$ref": "#/components/schemas/Rows"},
                            "truncated": {"type": "boolean"}
                          }
                        }
                      }
                    }
                  },
                  "400": {"$ref": "#/components/responses/Error"},
                  "413": {"$ref": "#/components/responses/Error"},
                  "415": {"$ref": "#/components/responses/Error"},
                  "503": {"$ref": "#/components/responses/Error"},
                  "504": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/ingest/{topic}": {
              "post": {
                "summary": "Appends records to a topic of the queue; the answer comes after the sync.",
                "description": "NDJSON: a record for each line. A JSON array: a record for each element. Other JSON, and bytes of any other type: one record. All records of a request go to one partition, all or none.",
                "parameters": [
                  {
                    "name": "topic",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The topic, which is made when it is not there."
                  },
                  {
                    "name": "partition",
                    "in": "query",
                    "required": false,
                    "schema": {"type": "integer"},
                    "description": "The partition; they take turns unless told otherwise."
                  },
                  {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": false,
                    "schema": {"type": "string", "maxLength": 256},
                    "description": "A request with a key that was used in the last 24 hours is answered again and not appended again."
                  }
                ],
                "requestBody": {
                  "required": true,
                  "content": {"application/x-ndjson": {}, "application/json": {}, "application/octet-stream": {}}
                },
                "responses": {
                  "200": {
                    "description": "The records are on the disk.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "properties": {
                            "topic": {"type": "string"},
                            "partition": {"type": "integer"},
                            "offset": {"type": ["integer", "null"]},
                            "records": {"type": "integer"},
                            "repeated": {"type": "boolean"}
                          }
                        }
                      }
                    }
                  },
                  "400": {"$ref": "#/components/responses/Error"},
                  "401": {"$ref": "#/components/responses/Error"},
                  "403": {"$ref": "#/components/responses/Error"},
                  "404": {"$ref": "#/components/responses/Error"},
                  "409": {"$ref": "#/components/responses/Error"},
                  "413": {"$ref": "#/components/responses/Error"},
                  "415": {"$ref": "#/components/responses/Error"},
                  "429": {"$ref": "#/components/responses/Error"},
                  "503": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/tables": {
              "get": {
                "summary": "All result tables.",
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "properties": {"tables": {"type": "array", "items": {"$ref": "#/components/schemas/Table"}}}
                        }
                      }
                    }
                  }
                }
              }
            },
            "/api/v1/tables/{name}": {
              "get": {
                "summary": "A result table with its first rows.",
                "parameters": [
                  {
                    "name": "name",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The table's name."
                  },
                  {
                    "name": "limit",
                    "in": "query",
                    "required": false,
                    "schema": {"type": "integer"},
                    "description": "Rows to return; 1000 unless told otherwise, at most 10000."
                  }
                ],
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "allOf": [
                            {"$ref": "#/components/schemas/Table"},
                            {
                              "type": "object",
                              "properties": {"rows": {"$ref": "#/components/schemas/Rows"}, "truncated": {"type": "boolean"}}
                            }
                          ]
                        }
                      }
                    }
                  },
                  "400": {"$ref": "#/components/responses/Error"},
                  "404": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/dashboards": {
              "get": {
                "summary": "All dashboards.",
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {
                      "application/json": {
                        "schema": {
                          "type": "object",
                          "properties": {
                            "dashboards": {
                              "type": "array",
                              "items": {
                                "type": "object",
                                "properties": {
                                  "id": {"type": "string"},
                                  "title": {"$ref": "#/components/schemas/Title"},
                                  "panels": {"type": "integer"}
                                }
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            },
            "/api/v1/dashboards/{id}": {
              "get": {
                "summary": "A dashboard's layout and panels.",
                "parameters": [
                  {
                    "name": "id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The dashboard's id."
                  }
                ],
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Dashboard"}}}
                  },
                  "404": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/dashboards/{id}/live": {
              "get": {
                "summary": "Server-sent events: `snapshot`, then `delta`, and `status` at least each second. `id` is `<epoch>.<sequence>`; with `Last-Event-ID` of the same epoch the stream goes on where it stopped.",
                "parameters": [
                  {
                    "name": "id",
                    "in": "path",
                    "required": true,
                    "schema": {"type": "string"},
                    "description": "The dashboard's id."
                  },
                  {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "required": false,
                    "schema": {"type": "string"},
                    "description": "Where an earlier stream stopped."
                  }
                ],
                "responses": {
                  "200": {
                    "description": "The answer.",
                    "content": {"text/event-stream": {"schema": {"$ref": "#/components/schemas/Frame"}}}
                  },
                  "404": {"$ref": "#/components/responses/Error"},
                  "503": {"$ref": "#/components/responses/Error"}
                }
              }
            },
            "/api/v1/openapi.json": {
              "get": {
                "summary": "This document.",
                "responses": {"200": {"description": "The answer.", "content": {"application/json": {}}}}
              }
            }
          },
          "components": {
            "responses": {
              "Error": {
                "description": "What is wrong, and what to do about it.",
                "content": {
                  "application/json": {
                    "schema": {
                      "type": "object",
                      "properties": {
                        "error": {
                          "type": "object",
                          "properties": {
                            "code": {"type": "string"},
                            "message": {"type": "string"},
                            "line": {"type": ["integer", "null"]},
                            "column": {"type": ["integer", "null"]},
                            "hint": {"type": ["string", "null"]}
                          }
                        }
                      }
                    }
                  }
                }
              }
            },
            "schemas": {
              "Title": {"type": "object", "properties": {"zh": {"type": "string"}, "en": {"type": "string"}}},
              "Column": {"type": "object", "properties": {"name": {"type": "string"}, "type": {"type": "string"}}},
              "Rows": {
                "type": "array",
                "description": "Rows of cells: numbers, strings, booleans or null; DECIMAL and integers beyond 2^53 as strings, times as `yyyy-MM-dd HH:mm:ss[.SSS]`.",
                "items": {"type": "array"}
              },
              "Table": {
                "type": "object",
                "properties": {
                  "name": {"type": "string"},
                  "rowCount": {"type": "integer"},
                  "version": {"type": "integer"},
                  "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
                  "key": {"type": "array", "items": {"type": "string"}}
                }
              },
              "Dashboard": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "title": {"$ref": "#/components/schemas/Title"},
                  "layout": {"type": "object", "properties": {"columns": {"type": "integer"}, "rows": {"type": "integer"}}},
                  "panels": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "id": {"type": "string"},
                        "title": {"$ref": "#/components/schemas/Title"},
                        "type": {"type": "string"},
                        "at": {
                          "type": "object",
                          "properties": {
                            "column": {"type": "integer"},
                            "row": {"type": "integer"},
                            "width": {"type": "integer"},
                            "height": {"type": "integer"}
                          }
                        },
                        "key": {"type": "array", "items": {"type": "string"}},
                        "columns": {"type": "array", "items": {"$ref": "#/components/schemas/Column"}},
                        "options": {"type": "object"}
                      }
                    }
                  }
                }
              },
              "StoredJob": {
                "type": "object",
                "properties": {"job": {"type": "string"}, "savepoint": {"type": ["string", "null"]}}
              },
              "Frame": {
                "type": "object",
                "properties": {
                  "serverTime": {"type": "integer"},
                  "asOf": {"type": ["integer", "null"]},
                  "stale": {"type": "boolean"},
                  "sources": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "name": {"type": "string"},
                        "state": {"enum": ["live", "idle", "waiting", "failed"]},
                        "lastRecordAt": {"type": ["integer", "null"]},
                        "lagBytes": {"type": "integer"},
                        "problem": {"type": "string"}
                      }
                    }
                  },
                  "panels": {
                    "type": "object",
                    "additionalProperties": {
                      "type": "object",
                      "properties": {
                        "rows": {"$ref": "#/components/schemas/Rows"},
                        "upserts": {"$ref": "#/components/schemas/Rows"},
                        "deletes": {"$ref": "#/components/schemas/Rows"},
                        "error": {"type": ["object", "null"], "properties": {"message": {"type": "string"}}}
                      }
                    }
                  }
                }
              },
              "Job": {
                "type": "object",
                "properties": {
                  "id": {"type": "string"},
                  "name": {"type": "string"},
                  "state": {"enum": ["running", "finished", "failed", "restarting"]},
                  "error": {"type": ["string", "null"]},
                  "startedAt": {"type": "integer"},
                  "rowsIn": {"type": "integer"},
                  "rowsPerSecond": {"type": "number"},
                  "rowsOut": {"type": "integer"},
                  "rejected": {"type": "integer"},
                  "lateRows": {"type": "integer"},
                  "refusedRows": {"type": "integer"},
                  "asOf": {"type": ["integer", "null"]},
                  "stateBegan": {"type": "array", "items": {"type": "string"}},
                  "lastEpoch": {
                    "type": ["object", "null"],
                    "properties": {
                      "number": {"type": "integer"},
                      "at": {"type": "integer"},
                      "durationMs": {"type": "integer"},
                      "bytes": {"type": "integer"}
                    }
                  },
                  "sources": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "name": {"type": "string"},
                        "files": {"type": "integer"},
                        "lagBytes": {"type": "integer"},
                        "lagRows": {"type": ["integer", "null"]},
                        "rowsIn": {"type": "integer"},
                        "rejected": {"type": "integer"},
                        "lastRecordAt": {"type": ["integer", "null"]},
                        "samples": {
                          "type": "array",
                          "items": {
                            "type": "object",
                            "properties": {
                              "file": {"type": "string"},
                              "offset": {"type": "integer"},
                              "reason": {"type": "string"},
                              "text": {"type": "string"}
                            }
                          }
                        }
                      }
                    }
                  },
                  "operators": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "name": {"type": "string"},
                        "rowsIn": {"type": "integer"},
                        "rowsOut": {"type": "integer"},
                        "stateRows": {"type": "integer"},
                        "stateBytes": {"type": "integer"},
                        "batchesIn": {"type": "integer"},
                        "batchesOut": {"type": "integer"},
                        "lateRows": {"type": "integer"},
                        "lateSamples": {"type": "array", "items": {"type": "string"}},
                        "refusedRows": {"type": "integer"},
                        "refusedSamples": {"type": "array", "items": {"type": "string"}},
                        "busyMs": {"type": "integer"},
                        "busyPercent": {"type": "number"},
                        "blockedPercent": {"type": "number"},
                        "watermark": {"type": ["integer", "null"]},
                        "text": {"type": "string"},
                        "inputs": {"type": "array", "items": {"type": "integer"}}
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
