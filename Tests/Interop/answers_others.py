"""Storage, functions and broadcasts over HTTP: none is served yet, and each says so."""

from expectation import absent

NO_STORAGE = absent(
    403, "FeatureNotEnabled", message="File storage is not built in this version of Apus")
NO_FUNCTIONS = absent(404, "NOT_FOUND", message="Functions are not built in this version of Apus")
NOT_RELAYED = absent(
    403, message="BroadcastUnavailable: This server does not relay broadcasts yet")

OTHERS = {
    "broadcast httpSend": [NOT_RELAYED],
    "storage.listBuckets": [NO_STORAGE],
    "storage.upload": [NO_STORAGE],
    "storage.createSignedUrl": [NO_STORAGE],
    "functions.invoke": [NO_FUNCTIONS],
    "extra: new-format key, functions": [NO_FUNCTIONS],
    "extra: new-format key, storage": [NO_STORAGE],
    "extra: storage.getBucket": [NO_STORAGE],
    "extra: storage.createBucket": [NO_STORAGE],
    "extra: storage.updateBucket": [NO_STORAGE],
    "extra: storage.emptyBucket": [NO_STORAGE],
    "extra: storage.deleteBucket": [NO_STORAGE],
    "extra: storage.upload upsert, File, metadata": [NO_STORAGE],
    "extra: storage.upload ArrayBuffer": [NO_STORAGE],
    "extra: storage.upload string": [NO_STORAGE],
    "extra: storage.upload FormData": [NO_STORAGE],
    "extra: storage.update": [NO_STORAGE],
    "extra: storage.move": [NO_STORAGE],
    "extra: storage.copy": [NO_STORAGE],
    "extra: storage.download": [NO_STORAGE],
    "extra: storage.download transform": [NO_STORAGE],
    "extra: storage.createSignedUrl options": [NO_STORAGE],
    "extra: storage.createSignedUrls": [NO_STORAGE],
    "extra: storage.createSignedUploadUrl": [NO_STORAGE],
    "extra: storage.uploadToSignedUrl": [NO_STORAGE],
    "extra: storage.remove": [NO_STORAGE],
    "extra: storage.list": [NO_STORAGE],
    "extra: storage.listV2": [NO_STORAGE],
    "extra: storage.info": [NO_STORAGE],
    "extra: storage.exists": [absent(403)],
    "extra: functions.invoke no body": [NO_FUNCTIONS],
    "extra: functions.invoke string": [NO_FUNCTIONS],
    "extra: functions.invoke bytes": [NO_FUNCTIONS],
    "extra: functions.invoke form": [NO_FUNCTIONS],
    "extra: functions.invoke GET + region": [NO_FUNCTIONS],
    "extra: realtime send before subscribe (falls back to HTTP)": [NOT_RELAYED],
    "extra: realtime httpSend": [NOT_RELAYED],
    "node: storage.upload": [NO_STORAGE],
    "node: storage.upload Buffer": [NO_STORAGE],
    "node: functions.invoke": [NO_FUNCTIONS],
}
