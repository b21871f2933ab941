/// Keys and tokens made by Python's cryptography 50, with secrets that nobody kept.
enum KnownTokens {
    /// RFC 7517: RSA 2048, RSA 1024, P-256, Ed25519, and three of kinds that are not used here.
    static let keys =
        "{'keys':[{'kty':'RSA','kid':'rsa','use':'sig','alg':'RS256','n':'iALPZTcD7RryuNq9r0_mgoRs43Np931lfmW"
        + "w4IwvixSQSju94fxfY83NgfwVKpbieYbAwWgK9vtjTsc_hWtH-aW2pvrSdoCbGeJeM3SOGAdXPAqJwT2Ruo3YNeHIafKC1INd_22"
        + "A_nO4tcR_LcOOUT1003ejhtvNV9NDMwqWwjJSv5uvfhSbDjiYhEb3bXaoI0-MinSr1xnOoHbKgYPSsVUrd1SqNXB6i7Zw0QpH-UY"
        + "8x_s1vmB8irHIeBwoNln4FruHpXpdSC1vvkJoAR5SnsU2QChcE0DnuUVf3HrztOOY2hj8R8PhEbFI5b_Y3Oe8pxxYWERAmjkgnH2"
        + "X9yKn-w','e':'AQAB'},{'kty':'RSA','kid':'weak','use':'sig','alg':'RS256','n':'8KB4QJzgYEJqSw50d1f85g"
        + "wwHmtWc3vqGHC3Vcg3NEBhwkwuOzjM2aUow3HESZr6s6WEMKI6__KjnYoF4KwWEztXy_SCInKGT2F6m7iixmA6DkvPYXQ7Oajn--"
        + "Sc3VTNHArJnCb-FsQJJVDbUPTjMYox_r2pbFbc9ktMzSEM-XE','e':'AQAB'},{'kty':'EC','crv':'P-256','kid':'ec',"
        + "'x':'eNebzyYxrTxxjUT8V5B4zBF6MaT1F5gZlCihOhsT3As','y':'wdsmgJCJet_5nB5fqUjFOmWdB-M07iAHqoKmlOLtNDg'}"
        + ",{'kty':'OKP','crv':'Ed25519','kid':'ed','alg':'EdDSA','x':'NFemK5bJeq-1HGKzE4MOrt4siDsWEsik3u98duOU"
        + "ni8'},{'kty':'oct','kid':'oct','k':'AAAA'},{'kty':'EC','crv':'P-384','kid':'p384','x':'AA','y':'AA'}"
        + ",{'kty':'RSA','kid':'enc','use':'enc','alg':'RS256','n':'up3a3PqXWpRjlgl4sQMpJMBxQXRYhqw8m3LFUikhIto"
        + "8Wc8ZKhu3TIGbbZGCCUCpR4-q7nFKQ0TkPOmAwuaM54EVPktsmiY64n0HX-kIKVZuJsjCBzkF9pM0OMLvvPGBMT5rhQGFMiQhFwZ"
        + "7-lpvZK4PyU6Clh_UU-g0lOx2dswy2nS6TgKpTNSwWRxgub7KHpyr6ecasyQ_VtLZjSOBUVeZjaTrwXJLXTzUUxb5xYwwlHRxQmL"
        + "vvG2M3q6EfxzExMj_r-Bp2rX5lH7vsGtYr9r0QzY7mYT5_jq5460NQzoEo_4YT59OiNh1VCvEfomRR7rWcqBRdBcZb08krq2g6Q'"
        + ",'e':'AQAB'}]}"

    /// Tokens of 1800000000 to 1800000300, for farfield, of https://id.example.
    static let good: [String: String] = [
        "RS256":
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
            + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
            + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.EV4xnCOLHMSBkLTCuRbPg"
            + "HO3e-gxRu0YXXWNU-akl3w9Uq66Lvwa9gkKWe7OgQO5lZeS9ug3nnZzEowDH90WbR21BlFZB0Mk-RjXjdexTaquC1hzt3fR6NpFE"
            + "DhNf9bblhMB_MH0iq5KHioLqFzbl155ahHPmh58Ux8bpi6qlYOcSyEo_MgHyGtJ_k_BIkFHzeJFb4GV4ZrEOoV14FMDCdn2uLztT"
            + "pD3jMrKBYfyBDnbFBsQHc74DfOt4FJEGJ-ZLyRCfJIEOXaob4exFIk_BQD65_nHOQsiEU9YqBMsH5zPhHInnmWXx3qd6s3CWT83w"
            + "m_Fbvb-Lt51cCwQXHhw6w",
        "ES256":
            "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZWMifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
            + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
            + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.x7zs6CYJzm5xEiqlrFrgWm"
            + "O9e8v6X6Q52PCiHTlF2tmXfH4J2Zn1_ebua8wHIw7awgH7VaUOnEr7q_SiXt5J1Q",
        "EdDSA":
            "eyJhbGciOiAiRWREU0EiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZWQifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
            + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
            + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.TKxp1YlrvuDu0ZwbTpt-J6"
            + "edQ0eXrUaE1hImsFwnqcTepRXKQ5Uh4l1U_OfB1y11A17P7QUyM8nwkxNkJBgjBA",
        "without kid":
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCJ9.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlIiwgImF1ZCI6IFsiZmF"
            + "yZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxODAwMDAwMDAwLCAiZXh"
            + "wIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.eNLEon0r3wEu1cYHedj-aflp2pDIepHHiiQUHjDj"
            + "eytdYheEWkA-0Z8avpP3c9AAP7CFK3DcjgzZlWsZpmWi8Ju8R6DIxpOK8RMDT0YV8hH4Ksv-dT7Lf1gfL9iYC-bz0mUnI_zLHUTq"
            + "aMDrRyO1LbRN0E58wP1LyylwwV0OmbNnPr62blh0LR0CVp3wjBIRjwmeSzktCwk1ohMihAXuWBYPrmOpHjMoN7ow3Ab6SBLWS6-6"
            + "5iDCDKXTERbNonSQJrD6TrU_scpcnNF4RTPSoNyDdbq6twM-V8Oi7Qm48Tk9u78TEZha-jlKXtlidIaTLfBMXvugEycB1zfklnPa"
            + "2w",
    ]

    /// Tokens that are refused, and why.
    static let bad: [String: (token: String, fault: String)] = [
        "none": (
            "eyJhbGciOiAibm9uZSIsICJ0eXAiOiAiYXQrand0IiwgImtpZCI6ICJyc2EifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
                + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
                + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.",
            "algorithm"
        ),
        "HS256 with the public key": (
            "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.Nx-286KH10FTFYSfidd49"
                + "jJ_vsXr6edyS4IpTzyPe8E",
            "algorithm"
        ),
        "RS512": (
            "eyJhbGciOiAiUlM1MTIiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.Ix_B3BBBu0Nb-29Ux-FBz"
                + "nKPY7fxxcLtveNzd8qN20chEHO7ykODdoHUAeHhelOaWXDO4nHGe507vJEio4AYEcEC4kKYDQsip6-ajr6GyR6WZ9y_lQig7SRV6"
                + "PBb2deLkPF_FL_mdwZkehGDmfxiCWcuq7kJlCKlz1fwTbraDIOdrXf25z9sxg8sb-x9D8iWZnFcvgBxXqLiN-6pcMfa_V1QNb0Kn"
                + "7hsQqbcmQu-_R1dfFWwg89BvaVb91G66LjlBHgCkRwhcEpulJfFfDmv3MyBg-SWE0DbEntwaAa6Ngt183-GxOXFrS77xLxhaoBSy"
                + "JV1FM4ekV08oJ6m43RjIQ",
            "algorithm"
        ),
        "another key under the same name": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.r5Gd6NDTBVoAdEBr6DpZC"
                + "mtMtxf1j6BrGeuTJaTgZXN33Ig5bjqgI8wdIiLvWMeclgNQKmGJxBokBvNHlcVb3HuvLYK896GsADDEFskHvKWEUYj0XylXNvuNQ"
                + "PMtN9BvDrY9SJrEW9aCZaC4f1k2FsLafnHHNGexZRUeTVfBPU_22MXvmsTBUonSmBynd_7giIlFC4yMzHn2ZXInFaqhCEwGvEOSi"
                + "NI9qBWyPfulw1NauDAlleAo_61KPTiZheIqV9zEpOxUgBenEX87bBX1NAjw17WDOs2tHqiu3e4MUAD1SRmQXRKlTuPtza7GIfYrS"
                + "3lyzJx4qVvyaXZrDrabIA",
            "signature"
        ),
        "a weak key": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAid2VhayJ9.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGx"
                + "lIiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiA"
                + "xODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.BVdTkEDJB4IsuEcigaR_"
                + "IolFYfp8Sk6M_OOSnLnY4nEr63q35AGc39_P2Y3eOlI5GQth8N5IMykMKBh34g9-E_SV-4zhU-PezgUUnew4j4F48T7llU8RlrdK"
                + "3f-MD4kQUP0LGYzsJo8cJyfvEZJuIVeXRBHKH3zQWRQJnJZz4Ps",
            "unknownKey"
        ),
        "a key for encryption": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZW5jIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.mwDy2u0JUUsPwerxg2p5Y"
                + "77e5RHgrUVv3CoGpHhEXt-vtoDhrhNp2V6BR-3Zc1WPXefzSBkUmz5h8Puk8FPl-HTV1QKshRAGuMcbw9xQrQfX_J05jLsIoNdD8"
                + "cxI9XfRsmbQ_ENsLpCak3p3fAJ3ArvOG6s85qSjC32ydqIsbraAvdtvrvtbQid-pdYcRXKCDkL9SLlaRZBFJN3cy_qPgGNMjjzrr"
                + "aruOrcBS6s96nGqhMzWto3BxjK4-CVTuEXcBR432OXkfsnbA99ALuO3lA4JRTaZ1Z-z_zkIoPjsVmYd_FZrW05pv5s008XhHMybP"
                + "5YMVLT1jo5--NQoqM1MjQ",
            "unknownKey"
        ),
        "an unknown key": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAibm9ib2R5In0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFt"
                + "cGxlIiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYi"
                + "OiAxODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.hyeOX0uZ3TY1SvHrT"
                + "AyKKeK7_zpyy2bMG1htSiJaRQfuz1idNqnOxRGNwfe4U1AJR_2vnSoHcHwEWTjSxo4ua4Urt0TbGGb7eYmTy_vWP_8pUNiBuCqzO"
                + "T0sC0SUORvCbEc8q-qMSBdnpeRjamQeBhhwzTgf3kldPhFrjDOyHgqfFRAVJzG7gU86kb-WA_GYeMh1fhVqLUMalAdCmkhIzkAMa"
                + "pHMfq0aak9_M0oztUVQFB7t6xyzb7p_J8S5DN38X-VczZqv8QWkDWfBGUoQMiwkucIjOBAWhdcHWpwgsbuSMp1NFg06vyyewd4CE"
                + "jBuEnzF5KErTumEKwWIDI6uTw",
            "unknownKey"
        ),
        "alg of another key type": (
            "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.Lh8aNFsaKaQZWA5QLXi2J"
                + "MmYYclmu5t_7VsMhGrX2l5O8SxCsSO5gWrlvWr5LklhkQDhdR4at-5aAFpGw5ST3mWC_VGHnfvddsQLBuYsAc7XvJs5rrxLZX8s6"
                + "-AfyQdamX8AZijCNSI8sxgUQHzczpkf6ApcLWhDY5bUBYZtTevBtoz0bw2HiTxPh3I3R8jncfU2jyLL1ce4kOHlyLqJa1BhOoCvK"
                + "-w2AFe2u6f-NF0NDK__JES9kBPr_3YekyhG4plHqCDHhv5bDEvKCxn1fZRYs1lw87uvGnBbu5hqsAFPNatvGu1SopD0O7DBF5Yz-"
                + "MvPx2u_eqKGW38AX4aLgg",
            "unknownKey"
        ),
        "EdDSA claimed for P-256": (
            "eyJhbGciOiAiRWREU0EiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZWMifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
                + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
                + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.rc3aoqXZbq3ZkgCcihe-Sv"
                + "toEUn6d1h5UaY95iBIvPaaZJOf5BHt71sz48nHBbPXpq61udwNom8z1KIHUh5JNw",
            "unknownKey"
        ),
        "ECDSA in DER": (
            "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZWMifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
                + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
                + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.MEUCIAaSrLN_TrXky9zBD9"
                + "iGYX0jmoC9XKiwV4xLrJjq2h4IAiEAhRyAOhbtid2KMma9d9Efu6pFh5pVJBACxAEWle6Asrc",
            "signature"
        ),
        "zero signature": (
            "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAiZWMifQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlI"
                + "iwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxO"
                + "DAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.AAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "signature"
        ),
        "claims of another": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJ4IiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxODAw"
                + "MDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.EV4xnCOLHMSBkLTCuRbPgHO3e"
                + "-gxRu0YXXWNU-akl3w9Uq66Lvwa9gkKWe7OgQO5lZeS9ug3nnZzEowDH90WbR21BlFZB0Mk-RjXjdexTaquC1hzt3fR6NpFEDhNf"
                + "9bblhMB_MH0iq5KHioLqFzbl155ahHPmh58Ux8bpi6qlYOcSyEo_MgHyGtJ_k_BIkFHzeJFb4GV4ZrEOoV14FMDCdn2uLztTpD3j"
                + "MrKBYfyBDnbFBsQHc74DfOt4FJEGJ-ZLyRCfJIEOXaob4exFIk_BQD65_nHOQsiEU9YqBMsH5zPhHInnmWXx3qd6s3CWT83wm_Fb"
                + "vb-Lt51cCwQXHhw6w",
            "signature"
        ),
        "duplicate claims": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJzdWIiOiJhIiwic3ViIjoiYiJ9.SHWAUs6"
                + "1JE2q7Zd0xeiDXhUroXsk39Xx-fcqQmrx7nO3LL-gE_lLe0wnpYERIs1xpLohL-S_nAMkIyWqNfmZR_0qijuGUd_pWnL4k8QV1l_"
                + "S2olOzJuzAnN5J217cQsa9gwQwsqUxrmND5UbZNusDZH-JDS6pH0tB8Z5YKQ-HknvBbnZCx8qezCdQpn_ldfKS-Wtowkh1aogPQe"
                + "59FN4vhnKBMACWISy_QJ7Of5Z81kFIl7DfKx-12sjui12pvM7NYOdsOfwcI6A2JVIKXqKEV8UZyGDFZcbskrPbbCMCTm6zUmFxOC"
                + "hXI00Fm3MaD-cu_e88swtryI4RlAQxPE9IQ",
            "malformed"
        ),
        "claims that are no object": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.W10.QHVnSl57ytHr3yYm3cpqh3rkK7OzQOi6"
                + "ZSRXKz7xzASHoaXuZHe5fc5wk4aX4UGyCgpgTwmdoWvbbsOZXVT-QjIcoPbRAxGgieyOlBiYFZwfseaceiS3L3lochNJIe2uArv1"
                + "1CkFY_LEsMEJGu-l-JBvem23ZEI6YrW6WjlbezRm6qRd0QIQpDuBmG4Zq5EnGwkbyilWJ8GYSIHl1b8nA8_AIBfHSAW_rNDemY2k"
                + "_5ahMBy1LT2EdBi0LGtOUKuM0jiQYTnQHwmebD8mGpD1wT0mdRHBVzRtikyvUMPYcEs-K4_uErL2hTQSiuY9cV2DjQQzLnfxC7Qt"
                + "ZwqrAoRl6g",
            "malformed"
        ),
        "crit": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIiwgImNyaXQiOiBbImV4cCJdfQ.eyJpc3MiOiAia"
                + "HR0cHM6Ly9pZC5leGFtcGxlIiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4M"
                + "DAwMDAwMDAsICJuYmYiOiAxODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEif"
                + "Q.HrP1Mgd-AzZdgULQaqgO0vzkF7Sws6LOFw4tWgtmYHJIz_h3fd5l5JpwgYwUE9mtzAJccDXIb7vWPDlKsFGwxevfzp2DzWzyfd"
                + "JRlT9WeKyL0HuzhGbIzmN4ajY1m7TWSfeMxjy1A5yMNzasncynWkuuC3QxKg1nJ4TClFHw_-_P6W7YkJ3-N52dCm4LaXi7T_OdFo"
                + "02HQ_WYtBsbfLM5n_0XyKUypapeSyxndaqCOfla4s5-o5E1N8mamFT6hXta-HK3npzRaqMRH00bFjyvPpITi043XobfpJLb7GJah"
                + "hAmsmP78hplV0A-tuKxFQYuGhe8cwM3G7Crdn-qz5gOA",
            "malformed"
        ),
        "b64": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIiwgImI2NCI6IGZhbHNlfQ.eyJpc3MiOiAiaHR0c"
                + "HM6Ly9pZC5leGFtcGxlIiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwM"
                + "DAwMDAsICJuYmYiOiAxODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.Mg"
                + "Ixag1HkKZ_hX4xf7AOe-2GLEm5oRhL1af9MqUs2xlHULwNjY2chI4E64yEb_pijBvnlANePL6YVVb-FfzNymZM6Ss64xm6Hlp78e"
                + "Pfo9ZDaY3j0Uhgj_2h5-R9ZhDV_Q1uFj1OQn6VlC7A-h2o8TxxCeadSoJ4NAOeTdF0NkOk_GsxDJ6XQLE6CSN-x0Ni4lKkhgwQPX"
                + "j1t52tWIm_W4iQF9u8VoTMZzvlARTiB__aD7fCjZRIXqTuIdXus5xce1uidRFW1rVi0qoUA24ghON3cHrVzn1Zuxe-rydPCx6buM"
                + "ZSiChlsbzf-Z_mkMt838bnmAt3okipERIx_uiC0g",
            "malformed"
        ),
        "padding": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.EV4xnCOLHMSBkLTCuRbPg"
                + "HO3e-gxRu0YXXWNU-akl3w9Uq66Lvwa9gkKWe7OgQO5lZeS9ug3nnZzEowDH90WbR21BlFZB0Mk-RjXjdexTaquC1hzt3fR6NpFE"
                + "DhNf9bblhMB_MH0iq5KHioLqFzbl155ahHPmh58Ux8bpi6qlYOcSyEo_MgHyGtJ_k_BIkFHzeJFb4GV4ZrEOoV14FMDCdn2uLztT"
                + "pD3jMrKBYfyBDnbFBsQHc74DfOt4FJEGJ-ZLyRCfJIEOXaob4exFIk_BQD65_nHOQsiEU9YqBMsH5zPhHInnmWXx3qd6s3CWT83w"
                + "m_Fbvb-Lt51cCwQXHhw6w=",
            "malformed"
        ),
        "two parts": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ",
            "malformed"
        ),
        "four parts": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiAicnNhIn0.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxl"
                + "IiwgImF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAx"
                + "ODAwMDAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.EV4xnCOLHMSBkLTCuRbPg"
                + "HO3e-gxRu0YXXWNU-akl3w9Uq66Lvwa9gkKWe7OgQO5lZeS9ug3nnZzEowDH90WbR21BlFZB0Mk-RjXjdexTaquC1hzt3fR6NpFE"
                + "DhNf9bblhMB_MH0iq5KHioLqFzbl155ahHPmh58Ux8bpi6qlYOcSyEo_MgHyGtJ_k_BIkFHzeJFb4GV4ZrEOoV14FMDCdn2uLztT"
                + "pD3jMrKBYfyBDnbFBsQHc74DfOt4FJEGJ-ZLyRCfJIEOXaob4exFIk_BQD65_nHOQsiEU9YqBMsH5zPhHInnmWXx3qd6s3CWT83w"
                + "m_Fbvb-Lt51cCwQXHhw6w.AA",
            "malformed"
        ),
        "kid of another type": (
            "eyJhbGciOiAiUlMyNTYiLCAidHlwIjogImF0K2p3dCIsICJraWQiOiA3fQ.eyJpc3MiOiAiaHR0cHM6Ly9pZC5leGFtcGxlIiwgI"
                + "mF1ZCI6IFsiZmFyZmllbGQiLCAib3RoZXIiXSwgInN1YiI6ICJmM2IxIiwgImlhdCI6IDE4MDAwMDAwMDAsICJuYmYiOiAxODAwM"
                + "DAwMDAwLCAiZXhwIjogMTgwMDAwMDMwMCwgInByZWZlcnJlZF91c2VybmFtZSI6ICJhZGEifQ.Kh6dllwvToK1hqD4jHoESYVyl0"
                + "vUGjnjqbNzBdr8AL3o2TXTW9PTdvruDiQtQsnv8VgTM52yqDvyB3P7teIad3pkEFhaJT3lmpdSvM4J9MTgVkV55D4xWINqycucY2"
                + "CsNBkwHdaw7O6vQjAIRzjvbrtlYQcEDw_fB6Nilm_16jE71xsl7i1bXVD12cP4sm2Lw4SNABkxaUO6tXEkiTFpXKbHEKB-RVwDCO"
                + "coKDgMCpjNAVDUKOnR08xJo9dL-S38KeOIJ_6ne_yG3YfZnt8at3SLyehMvm845rqOo4LlpD3ZcCVbTdjQlDO0_z4jDH-3xYQWsx"
                + "Jp6ZU8OIiuaJ6_KA",
            "malformed"
        ),
        "empty": (
            "..",
            "malformed"
        ),
    ]
}
