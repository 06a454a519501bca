"""Clients of other makers log in, over encrypted and open connections, and may do what rules allow."""

import ssl
import subprocess
import time

import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka_clients
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, ResourcePatternType, ResourceType, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
PASSWORDS = {"admin": "one two, three=4", "ann": "pencil"}


def make_certificate(folder, name="certificate"):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
        check=True, capture_output=True)
    return folder / f"{name}.pem", folder / f"{name}.key"


def make_users(server):
    for user, password in PASSWORDS.items():
        done = subprocess.run([server.binary, "users", "set", user, "--data", server.folder / "data"], input=password + "\n", capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    listed = subprocess.run([server.binary, "users", "list", "--data", server.folder / "data"], capture_output=True, text=True)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == sorted(PASSWORDS), listed
    for password in PASSWORDS.values():
        for path in (server.folder / "data").rglob("*"):
            assert not path.is_file() or password.encode() not in path.read_bytes(), f"a password stands in {path}"


def librdkafka(user, mechanism, certificate=None, password=None):
    settings = {"sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password or PASSWORDS[user]}
    settings["security.protocol"] = "SASL_SSL" if certificate else "SASL_PLAINTEXT"
    if certificate:
        settings["ssl.ca.location"] = str(certificate)
    return settings


def python_client(user, mechanism, certificate=None):
    settings = {"sasl_mechanism": mechanism, "sasl_plain_username": user, "sasl_plain_password": PASSWORDS[user]}
    settings["security_protocol"] = "SASL_SSL" if certificate else "SASL_PLAINTEXT"
    if certificate:
        settings["ssl_cafile"] = str(certificate)
    return settings


def kcat(address, settings, *arguments, text=None):
    options = [part for name, value in settings.items() for part in ("-X", f"{name}={value}")]
    return kafka_clients.kcat(address, *options, *arguments, text=text)


def every_client_logs_in(server, certificate):
    """Each client with each mechanism writes, and reads what all wrote."""
    address, topic, expected = server.address, kafka_clients.fresh("in"), set()
    for mechanism in MECHANISMS:
        settings = librdkafka("admin", mechanism, certificate)
        kcat(address, settings, "-P", "-t", topic, text=f"kcat {mechanism}\n")
        producer = confluent_kafka.Producer({"bootstrap.servers": address, "enable.idempotence": True, **settings})
        producer.produce(topic, f"confluent {mechanism}")
        assert producer.flush(20) == 0
        python = kafka.KafkaProducer(bootstrap_servers=address, **python_client("admin", mechanism, certificate))
        python.send(topic, f"python {mechanism}".encode()).get(20)
        python.close()
        kafka_clients.with_python_2(address, topic, 1, prefix=f"python2 {mechanism}", consume=False, **python_client("admin", mechanism, certificate))
        expected |= {f"{client} {mechanism}" for client in ["kcat", "confluent", "python"]} | {f"python2 {mechanism} 0"}
    for mechanism in MECHANISMS:
        settings = librdkafka("admin", mechanism, certificate)
        assert set(kcat(address, settings, "-C", "-t", topic, "-o", "beginning", "-e", "-q").splitlines()) == expected
        found = kafka_clients.read_with_confluent(address, topic, len(expected), **settings)
        assert {message.value().decode() for message in found} == expected
        found = kafka_clients.read_with_python(address, topic, len(expected), group_id=kafka_clients.fresh("g"), **python_client("admin", mechanism, certificate))
        assert {message.value.decode() for message in found} == expected
    return f"4 clients, {len(MECHANISMS)} mechanisms, {'encrypted' if certificate else 'open'}"


def wrong_logins_are_refused(server, certificate):
    for mechanism in MECHANISMS:
        for settings in [librdkafka("ann", mechanism, certificate, "wrong"), {**librdkafka("ann", mechanism, certificate), "sasl.username": "nobody"}]:
            failures = []
            producer = confluent_kafka.Producer({"bootstrap.servers": server.address, "error_cb": failures.append, "log_level": 0, **settings})
            limit = time.monotonic() + 30
            while not any(error.code() == confluent_kafka.KafkaError._AUTHENTICATION for error in failures):
                assert time.monotonic() < limit, f"not refused: {failures}"
                producer.poll(0.1)
    return "wrong passwords and unknown users"


def rules_are_kept(server, certificate):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": server.address, **librdkafka("admin", "SCRAM-SHA-512", certificate)})
    topic, user = kafka_clients.fresh("rules"), kafka_clients.fresh("bob")
    admin.create_topics([confluent_kafka.admin.NewTopic(topic, 1, 1)])[topic].result(20)
    made = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), b"pw of bob")])
    made[user].result(20)
    described = admin.describe_user_scram_credentials([user])[user].result(20)
    assert described.scram_credential_infos[0].iterations == 4096, described
    settings = {**librdkafka("ann", "SCRAM-SHA-256", certificate), "sasl.username": user, "sasl.password": "pw of bob"}

    def send():
        outcome = []
        producer = confluent_kafka.Producer({"bootstrap.servers": server.address, "log_level": 0, **settings})
        producer.produce(topic, b"x", on_delivery=lambda error, _: outcome.append(error))
        producer.flush(30)
        return outcome[0]

    refused = send()
    assert refused is not None and refused.code() == confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED, refused
    rules = [
        AclBinding(ResourceType.TOPIC, topic[:8], ResourcePatternType.PREFIXED, f"User:{user}", "*", operation, AclPermissionType.ALLOW)
        for operation in [AclOperation.READ, AclOperation.WRITE]]
    for future in admin.create_acls(rules).values():
        future.result(20)
    assert send() is None
    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.address, "group.id": "forbidden", **settings})
    consumer.subscribe([topic])
    message, limit = None, time.monotonic() + 30
    while message is None:
        assert time.monotonic() < limit, "the group was not refused"
        message = consumer.poll(0.2)
    assert message.error() is not None and message.error().code() == confluent_kafka.KafkaError.GROUP_AUTHORIZATION_FAILED, message
    consumer.close()
    everything = confluent_kafka.admin.AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, f"User:{user}", None, AclOperation.ANY, AclPermissionType.ANY)
    assert len(admin.describe_acls(everything).result(20)) == 2
    removed = admin.delete_acls([everything])
    assert len(list(removed.values())[0].result(20)) == 2
    again = send()
    assert again is not None and again.code() == confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED, again
    return "users and rules made, kept, removed over the protocol"


def certificates_are_read_again(server, certificate, key):
    before = ssl.get_server_certificate(("127.0.0.1", server.port))
    newer, newer_key = make_certificate(server.folder, "newer")
    newer_key.replace(key)
    newer.replace(certificate)
    limit = time.monotonic() + 60
    while ssl.get_server_certificate(("127.0.0.1", server.port)) == before:
        assert time.monotonic() < limit, "the new certificate is not used"
        time.sleep(0.2)
    kcat(server.address, librdkafka("admin", "PLAIN", certificate), "-L")
    return "a new certificate without a restart"


def own_command(server, *arguments, code=0):
    done = subprocess.run([server.binary, *arguments, "-b", server.address], capture_output=True, text=True, timeout=90)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}: {done.stderr[-400:]}"
    return done.stdout + done.stderr


def own_commands_log_in(server, certificate):
    (server.folder / "password").write_text(PASSWORDS["admin"] + "\n")
    login = ["--tls-ca", certificate, "--user", "admin", "--password-file", server.folder / "password"]
    own_command(server, "topics", "create", "own", *login)
    assert "own" in own_command(server, "topics", "list", *login)
    stranger, _ = make_certificate(server.folder, "stranger")
    own_command(server, "topics", "list", "--tls-ca", stranger, *login[2:], code=1)
    return "our own commands, encrypted"


def client_certificates(server):
    """Only who shows a certificate that was signed by the right one comes in."""
    certificate, key = make_certificate(server.folder)
    (known, known_key), (other, other_key) = make_certificate(server.folder, "known"), make_certificate(server.folder, "other")
    server.options = ["--kafka-tls-cert", certificate, "--kafka-tls-key", key, "--kafka-tls-client-ca", known]
    server.start()
    trusted = ["--tls-ca", certificate]
    own_command(server, "topics", "create", "mine", *trusted, "--tls-cert", known, "--tls-key", known_key)
    own_command(server, "topics", "list", *trusted, "--tls-cert", other, "--tls-key", other_key, code=1)
    own_command(server, "topics", "list", *trusted, code=1)
    settings = {"security.protocol": "SSL", "ssl.ca.location": str(certificate)}
    shown = {"ssl.certificate.location": str(known), "ssl.key.location": str(known_key)}
    kcat(server.address, settings | shown, "-P", "-t", "mine", text="here\n")
    assert kcat(server.address, settings | shown, "-C", "-t", "mine", "-o", "beginning", "-e", "-q").split() == ["here"]
    refused = subprocess.run(
        ["kcat", "-b", server.address, "-L", "-m", "8", *[part for name, value in settings.items() for part in ("-X", f"{name}={value}")]],
        capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0, refused.stdout
    server.stop()
    return "clients with the right certificate come in, others do not"


def run(server, encrypted):
    """Starts the server with what the tests want; gives their outcomes in one line."""
    outcomes = []
    server.options = ["--kafka-auth", "--kafka-super-user", "admin"]
    certificate = key = None
    if encrypted:
        certificate, key = make_certificate(server.folder)
        server.options += ["--kafka-tls-cert", certificate, "--kafka-tls-key", key]
    make_users(server)
    server.start()
    outcomes.append(every_client_logs_in(server, certificate))
    outcomes.append(wrong_logins_are_refused(server, certificate))
    outcomes.append(rules_are_kept(server, certificate))
    if encrypted:
        outcomes.append(own_commands_log_in(server, certificate))
        outcomes.append(certificates_are_read_again(server, certificate, key))
    server.stop()
    return "; ".join(outcomes)
