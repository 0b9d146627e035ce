package native

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

func writeAudience(c *dialect.Call, status int, a authority.Audience, err error) error {
	if err != nil {
		return err
	}
	setVersion(c, a.UpdatedAt)
	if status == http.StatusCreated {
		return created(c, at(audiencesPath, a.ID.String()), showOneAudience(a))
	}
	return answer(c, status, showOneAudience(a))
}

func showOneAudience(a authority.Audience) audienceAnswer {
	shown := audienceAnswer{
		ID: int64(a.ID), Name: a.Name, Kind: string(a.Kind), URL: optional(a.URL), Home: optional(a.Home), Resource: optional(a.Resource),
		Lifetime:    lifetimeRange{Default: seconds(a.Lifetime.Default), Min: seconds(a.Lifetime.Min), Max: seconds(a.Lifetime.Max)},
		AccessToken: accessTokenWay{Format: optional(a.Access.Format), Algorithm: optional(a.Access.Algorithm)},
		CreatedAt:   formatTime(a.CreatedAt), UpdatedAt: formatTime(a.UpdatedAt),
	}
	if a.Access.Lifetime != 0 {
		lifetime := seconds(a.Access.Lifetime)
		shown.AccessToken.Lifetime = &lifetime
	}
	return shown
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
