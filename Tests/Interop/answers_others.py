"""Storage, functions and broadcasts over HTTP: none is served yet, and each says so."""

from expectation import absent

NO_SERVICE = absent(404, message="no Route matched with those values")
NOT_RELAYED = absent(
    403, message="BroadcastUnavailable: This server does not relay broadcasts yet")

OTHERS = {
    "broadcast httpSend": [NOT_RELAYED],
    "storage.listBuckets": [NO_SERVICE],
    "storage.upload": [NO_SERVICE],
    "storage.createSignedUrl": [NO_SERVICE],
    "functions.invoke": [NO_SERVICE],
    "extra: new-format key, functions": [NO_SERVICE],
    "extra: new-format key, storage": [NO_SERVICE],
    "extra: storage.getBucket": [NO_SERVICE],
    "extra: storage.createBucket": [NO_SERVICE],
    "extra: storage.updateBucket": [NO_SERVICE],
    "extra: storage.emptyBucket": [NO_SERVICE],
    "extra: storage.deleteBucket": [NO_SERVICE],
    "extra: storage.upload upsert, File, metadata": [NO_SERVICE],
    "extra: storage.upload ArrayBuffer": [NO_SERVICE],
    "extra: storage.upload string": [NO_SERVICE],
    "extra: storage.upload FormData": [NO_SERVICE],
    "extra: storage.update": [NO_SERVICE],
    "extra: storage.move": [NO_SERVICE],
    "extra: storage.copy": [NO_SERVICE],
    "extra: storage.download": [NO_SERVICE],
    "extra: storage.download transform": [NO_SERVICE],
    "extra: storage.createSignedUrl options": [NO_SERVICE],
    "extra: storage.createSignedUrls": [NO_SERVICE],
    "extra: storage.createSignedUploadUrl": [NO_SERVICE],
    "extra: storage.uploadToSignedUrl": [NO_SERVICE],
    "extra: storage.remove": [NO_SERVICE],
    "extra: storage.list": [NO_SERVICE],
    "extra: storage.listV2": [NO_SERVICE],
    "extra: storage.info": [NO_SERVICE],
    "extra: storage.exists": [NO_SERVICE],
    "extra: functions.invoke no body": [NO_SERVICE],
    "extra: functions.invoke string": [NO_SERVICE],
    "extra: functions.invoke bytes": [NO_SERVICE],
    "extra: functions.invoke form": [NO_SERVICE],
    "extra: functions.invoke GET + region": [NO_SERVICE],
    "extra: realtime send before subscribe (falls back to HTTP)": [NOT_RELAYED],
    "extra: realtime httpSend": [NOT_RELAYED],
    "node: storage.upload": [NO_SERVICE],
    "node: storage.upload Buffer": [NO_SERVICE],
    "node: functions.invoke": [NO_SERVICE],
}
