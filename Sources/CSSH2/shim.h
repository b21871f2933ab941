#pragma once

#include <libssh2.h>
#include <libssh2_sftp.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/types.h>

/* The two calls through which libssh2 reaches its socket. */
typedef ssize_t (*cssh2_receive)(libssh2_socket_t, void *, size_t, int, void **);
typedef ssize_t (*cssh2_send)(libssh2_socket_t, const void *, size_t, int, void **);

/* Function pointers travel as void * here, which Swift cannot write. */
static inline void cssh2_set_transport(LIBSSH2_SESSION *session, cssh2_receive receive, cssh2_send send) {
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
}

